// Package gcpkms is only a name here: Google's key management is not in this build.
package gcpkms

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/gcp"
	"gocloud.dev/secrets"
)

var errAbsent = errors.New("gcpkms:// is not in this build: install the official release of Pulumi")

// Scheme is the URL scheme that the caller looks for.
const Scheme = "gcpkms"

// Client stands for Google's.
type Client struct{}

// URLOpener opens nothing.
type URLOpener struct{ Client *Client }

// OpenKeeperURL refuses.
func (*URLOpener) OpenKeeperURL(context.Context, *url.URL) (*secrets.Keeper, error) {
	return nil, errAbsent
}

// Dial refuses.
func Dial(context.Context, gcp.TokenSource) (*Client, func(), error) {
	return nil, nil, errAbsent
}
