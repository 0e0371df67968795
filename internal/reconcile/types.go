package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
)

// maxTypes is how many types one listing takes.
const maxTypes = 20

// snapshotChunks splits the subscribed types as /v1/events takes them. nil types are all
// types; no chunk means that no action subscribes to anything that is in the list. So
// have the others.
func snapshotChunks(types []string, every bool) [][]string {
	if every {
		return [][]string{nil}
	}
	return inChunks(slices.DeleteFunc(slices.Clone(types), namesThin))
}

// thinChunks are for /v2/core/events, which has the thin twins of snapshots, too.
func thinChunks(types []string, every bool) [][]string {
	if every {
		return [][]string{nil}
	}
	var all []string
	for _, kind := range types {
		if twin, ok := facts.TwinType(kind); ok {
			all = append(all, twin)
		} else if namesThin(kind) {
			all = append(all, kind)
		}
	}
	return inChunks(all)
}

// untwinnedChunks are the types that only /v2/core/events has.
func untwinnedChunks(types []string, every bool) [][]string {
	if every {
		types = nil
		for _, t := range facts.ThinTypes() {
			types = append(types, t.Name)
		}
	}
	return inChunks(slices.DeleteFunc(slices.Clone(types), func(kind string) bool {
		return !namesThin(kind) || facts.SnapshotType(kind) != kind
	}))
}

// namesThin reports whether a type is of thin events alone. No snapshot's name begins
// with the version of an API.
func namesThin(kind string) bool {
	return strings.HasPrefix(kind, "v1.") || strings.HasPrefix(kind, "v2.")
}

func inChunks(types []string) [][]string {
	slices.Sort(types)
	return slices.Collect(slices.Chunk(slices.Compact(types), maxTypes))
}

func subscribed(chunks [][]string, kind string) bool {
	return slices.ContainsFunc(chunks, func(types []string) bool { return slices.Contains(types, kind) })
}

func digest(chunks [][]string) string {
	var all strings.Builder
	for _, types := range chunks {
		all.WriteString(strings.Join(types, ",") + ";")
	}
	sum := sha256.Sum256([]byte(all.String()))
	return hex.EncodeToString(sum[:8])
}
