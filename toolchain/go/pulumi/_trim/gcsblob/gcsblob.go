// Package gcsblob is only a name here: state on Google Cloud Storage is not in this build.
package gcsblob

// Scheme is the URL scheme that package diy asks for.
const Scheme = "gs"
