package template

import (
	"iter"

	"go.yaml.in/yaml/v3"
)

// field returns the value of a mapping's key, or nil.
func field(n *yaml.Node, key string) *yaml.Node {
	for k, v := range pairs(n) {
		if k.Value == key {
			return v
		}
	}
	return nil
}

// pairs iterates over a mapping; over nothing for any other node.
func pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(k, v *yaml.Node) bool) {
		n = deref(n)
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], deref(n.Content[i+1])) {
				return
			}
		}
	}
}

func deref(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// merge lays over on base as SAM merges Globals: mappings key by key, lists
// one after the other, anything else replaced.
func merge(base, over *yaml.Node) *yaml.Node {
	base, over = deref(base), deref(over)
	switch {
	case base == nil:
		return over
	case over == nil:
		return base
	case base.Kind != over.Kind || isCall(base) || isCall(over):
		return over
	case base.Kind == yaml.SequenceNode:
		out := *over
		out.Content = append(append([]*yaml.Node{}, base.Content...), over.Content...)
		return &out
	case base.Kind == yaml.MappingNode:
		return mergeMaps(base, over)
	}
	return over
}

func mergeMaps(base, over *yaml.Node) *yaml.Node {
	out := *over
	out.Content = nil
	for k, v := range pairs(base) {
		out.Content = append(out.Content, k, merge(v, field(over, k.Value)))
	}
	for k, v := range pairs(over) {
		if field(base, k.Value) == nil {
			out.Content = append(out.Content, k, v)
		}
	}
	return &out
}
