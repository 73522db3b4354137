package operations

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
)

var errNoCloudLogs = errors.New("`pulumi logs` for AWS and Google Cloud is not in this build: install the official release of Pulumi")

// AWSOperationsProvider would read CloudWatch.
func AWSOperationsProvider(context.Context, map[config.Key]string, *Resource) (Provider, error) {
	return nil, errNoCloudLogs
}

// GCPOperationsProvider would read Google Cloud's logs.
func GCPOperationsProvider(context.Context, map[config.Key]string, *Resource) (Provider, error) {
	return nil, errNoCloudLogs
}
