package facts

import (
	_ "embed"
	"strings"
	"sync"
)

// ThinType is a type of thin events.
type ThinType struct {
	Name     string // as Stripe sends it: v1.charge.succeeded
	Snapshot string // type of the snapshot event of the same occurrence; empty if there is none
	// Related is what the event is about: object, singleton (an object without an id,
	// such as the balance) or none.
	Related string
	Data    bool // the fetched event has data
}

//go:embed thin-types.tsv
var thinTypes string

var thin = sync.OnceValue(func() (all struct {
	types    []ThinType
	snapshot map[string]string // by the name of the thin type
	thin     map[string]string // by the name of the snapshot's
},
) {
	all.snapshot, all.thin = map[string]string{}, map[string]string{}
	for line := range strings.Lines(thinTypes) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		t := ThinType{Name: f[0], Related: f[1], Data: f[2] != "", Snapshot: f[3]}
		all.types = append(all.types, t)
		if t.Snapshot != "" {
			all.snapshot[t.Name], all.thin[t.Snapshot] = t.Snapshot, t.Name
		}
	}
	return all
})

// ThinTypes returns all that are known, sorted by name.
func ThinTypes() []ThinType { return thin().types }

// SnapshotType returns the type under which an event is fanned out: that of its
// snapshot twin, or its own where there is none. A prefix would not do: 53 types
// that begin with v1. have no twin.
func SnapshotType(kind string) string {
	if s, ok := thin().snapshot[kind]; ok {
		return s
	}
	return kind
}

// TwinType returns the type of the thin event for a snapshot's type.
func TwinType(snapshot string) (kind string, ok bool) {
	kind, ok = thin().thin[snapshot]
	return kind, ok
}
