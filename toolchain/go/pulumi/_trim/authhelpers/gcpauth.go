// Package authhelpers, in this build, has no credentials for Google Cloud.
package authhelpers

import (
	"context"
	"errors"

	"gocloud.dev/blob"
	"golang.org/x/oauth2/google"
)

var errNoGoogle = errors.New("gs:// and gcpkms:// are not in this build: install the official release of Pulumi")

// ResolveGoogleCredentials refuses.
func ResolveGoogleCredentials(context.Context, string) (*google.Credentials, error) {
	return nil, errNoGoogle
}

// GoogleCredentialsMux refuses.
func GoogleCredentialsMux(context.Context) (*blob.URLMux, error) {
	return nil, errNoGoogle
}
