package check

import (
	"maps"
	"slices"
	"strings"
)

// checkCycles: nothing needs itself to be created first. A nested stack is
// created as a whole, after all that its parameters use and before all that
// uses its outputs; an API is created after the functions behind it.
func checkCycles(s *stack, report reporter) {
	needs := s.needs()
	done := map[string]bool{}
	for _, id := range sorted(needs) {
		if c := cycle(needs, id, done, nil); c != nil {
			report("%s: cycle: %s", s.file, strings.Join(c, " needs "))
			return
		}
	}
}

func cycle(needs map[string][]string, id string, done map[string]bool, path []string) []string {
	if i := slices.Index(path, id); i >= 0 {
		return append(slices.Clone(path[i:]), id)
	}
	if done[id] {
		return nil
	}
	for _, n := range needs[id] {
		if c := cycle(needs, n, done, append(path, id)); c != nil {
			return c
		}
	}
	done[id] = true
	return nil
}

// needs maps every resource, also those that SAM makes, to what it uses.
func (s *stack) needs() map[string][]string {
	needs := s.generated()
	for _, id := range sorted(s.resources) {
		needs[id] = append(needs[id], names(s.own(id))...)
		if s.kind(id) != function {
			continue
		}
		events := object(s.props(id)["Events"])
		for _, e := range sorted(events) {
			if api, ok := s.owner(at(events[e], "Properties", "ApiId")); ok {
				needs[api.id] = append(needs[api.id], id)
			}
		}
	}
	return needs
}

// own is a resource without what SAM takes out of it into resources apart.
func (s *stack) own(id string) any {
	if s.kind(id) != function {
		return s.resources[id]
	}
	props := maps.Clone(s.props(id))
	delete(props, "Events")
	delete(props, "EventInvokeConfig")
	for name, v := range object(at(s.globals, "Function")) {
		if _, set := props[name]; !set {
			props[name] = v
		}
	}
	return map[string]any{"Properties": props, "DependsOn": at(s.resources[id], "DependsOn")}
}
