// Package events holds a sample of every event type that Stripe documents, as
// Stripe renders it: <type>.json in API version Latest, 2023-10-16/<type>.json
// in the version that stripe-go v76 speaks.
//
// The folder lambda has the envelopes in which AWS brings them to the
// functions, for sam local invoke -e: dynamodb-stream.json for dispatch,
// sqs.json for an action, apigateway.json for ingest. A signature holds for
// five minutes, so ingest answers 400 to the last one; payhooks trigger
// --envelope prints one that is signed now. The folder eventbridge has those of
// Stripe's EventBridge destination.
//
// The folder thin has thin events: <type>.json as Stripe delivers them,
// fetched/<type>.json as its API returns the same event, for the types of which the
// two differ in more than snapshot_event.
package events

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

// The API versions that there are samples of.
const (
	Latest = "2026-08-26.dahlia"
	Go     = "2023-10-16" // spoken by stripe-go v76
)

// FS holds the samples under their paths in this folder.
//
//go:embed *.json 2023-10-16/*.json lambda/*.json eventbridge/*.json thin/*.json thin/fetched/*.json
var FS embed.FS

// Versions are the API versions that Sample and Types know, the newest first.
func Versions() []string { return []string{Latest, Go} }

// Sample returns the sample of an event type in an API version.
func Sample(kind, version string) ([]byte, error) {
	dir, err := folder(version)
	if err != nil {
		return nil, err
	}
	body, err := FS.ReadFile(path.Join(dir, kind+".json"))
	if err != nil {
		return nil, fmt.Errorf("no sample of event type %q in API version %s", kind, version)
	}
	return body, nil
}

// Types lists the event types that there is a sample of in an API version,
// sorted.
func Types(version string) ([]string, error) {
	dir, err := folder(version)
	if err != nil {
		return nil, err
	}
	files, err := FS.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list samples: %w", err)
	}
	var types []string
	for _, f := range files {
		if kind, ok := strings.CutSuffix(f.Name(), ".json"); ok && !f.IsDir() {
			types = append(types, kind)
		}
	}
	slices.Sort(types)
	return types, nil
}

func folder(version string) (string, error) {
	switch version {
	case Latest:
		return ".", nil
	case Go:
		return Go, nil
	}
	return "", fmt.Errorf("no samples in API version %q, only in %s", version, strings.Join(Versions(), " and "))
}
