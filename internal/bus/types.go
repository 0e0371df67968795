package bus

import "context"

// Types returns the event types that the rules select, sorted and each once.
// every is true if some rule's cannot be listed, because it selects by prefix
// or takes all of them.
func (b *Bus) Types(ctx context.Context) (types []string, every bool, err error) {
	rules, err := b.current(ctx)
	if err != nil {
		return nil, false, err
	}
	types, every = typesOf(rules)
	return types, every, nil
}

// TypesOf is Types of rules that are on no bus yet: their patterns by name.
func TypesOf(patterns map[string]string) (types []string, every bool) {
	var rules []rule
	for name, pattern := range patterns {
		if r, ok := parse(name, pattern); ok {
			rules = append(rules, r)
		}
	}
	return typesOf(rules)
}

func typesOf(rules []rule) (types []string, every bool) {
	seen := map[string]any{}
	for _, r := range rules {
		if r.named() {
			continue // it selects no type
		}
		list, ok := r.pattern["detail-type"].([]any)
		for _, t := range list {
			name, exact := t.(string)
			seen[name], ok = true, ok && exact
		}
		every = every || !ok
	}
	delete(seen, "")
	return sortedNames(seen), every
}
