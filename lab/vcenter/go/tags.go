package main

import (
	"context"
	"net/url"

	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

// tagger makes categories and tags as VMs ask for them.
type tagger struct {
	manager    *tags.Manager
	categories map[string]string
	tags       map[Tag]string
}

func newTagger(ctx context.Context, client *vim25.Client, user *url.Userinfo) (*tagger, error) {
	session := rest.NewClient(client)
	if err := session.Login(ctx, user); err != nil {
		return nil, err
	}
	return &tagger{tags.NewManager(session), map[string]string{}, map[Tag]string{}}, nil
}

// set gives the VM these tags and no others.
func (t *tagger) set(ctx context.Context, vm types.ManagedObjectReference, before, after []Tag) error {
	for _, tag := range before {
		if err := t.manager.DetachTag(ctx, t.tags[tag], vm); err != nil {
			return err
		}
	}
	for _, tag := range after {
		id, err := t.idOf(ctx, tag)
		if err != nil {
			return err
		}
		if err := t.manager.AttachTag(ctx, id, vm); err != nil {
			return err
		}
	}
	return nil
}

func (t *tagger) idOf(ctx context.Context, tag Tag) (string, error) {
	if id, ok := t.tags[tag]; ok {
		return id, nil
	}
	category, ok := t.categories[tag.Category]
	if !ok {
		made, err := t.manager.CreateCategory(ctx, &tags.Category{
			Name: tag.Category, Cardinality: "MULTIPLE", AssociableTypes: []string{"VirtualMachine"},
		})
		if err != nil {
			return "", err
		}
		category = made
		t.categories[tag.Category] = made
	}
	id, err := t.manager.CreateTag(ctx, &tags.Tag{Name: tag.Name, CategoryID: category})
	if err == nil {
		t.tags[tag] = id
	}
	return id, err
}
