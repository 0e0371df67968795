package fakestripe

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// expansions reads expand[] below a prefix, as paths of names.
func expansions(q url.Values, below string) (paths [][]string) {
	for _, text := range slices.Concat(q["expand[]"], indexed(q, "expand")) {
		path := strings.Split(text, ".")
		if below != "" {
			if path[0] != below {
				continue
			}
			path = path[1:]
		}
		paths = append(paths, path)
	}
	return paths
}

// expand renders an object without what is never served, with the objects in
// place of the ids that the paths name, where they are known.
func (v view) expand(e *entry, paths [][]string) json.RawMessage {
	hides := false
	for name := range e.members {
		hides = hides || strings.HasPrefix(name, "_")
	}
	if len(paths) == 0 && !hides {
		return e.Data // byte for byte as it was put
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(e.Data, &members) != nil {
		return e.Data
	}
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool { return strings.HasPrefix(name, "_") })
	below := map[string][][]string{}
	for _, p := range paths {
		if len(p) > 0 {
			below[p[0]] = append(below[p[0]], p[1:])
		}
	}
	for name, rest := range below {
		if o := v.find(text(members[name])); o != nil {
			members[name] = v.expand(o, slices.DeleteFunc(rest, func(p []string) bool { return len(p) == 0 }))
		}
	}
	raw, err := json.Marshal(members)
	if err != nil { // cannot be: it was read from JSON
		return e.Data
	}
	return raw
}
