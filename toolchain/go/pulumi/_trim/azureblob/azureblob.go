// Package azureblob is only a name here: its URLs are answered with "no driver registered" in this build.
package azureblob
