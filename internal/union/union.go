// Package union joins sets of facts that only ever grow. Its operations are
// commutative, associative and idempotent, so that any sequence and repetition
// of the same events gives the same row.
package union

import "maps"

// Maps joins member by member, with join for a key that both have, and leaves
// both maps as they are.
func Maps[T any](a, b map[string]T, join func(T, T) T) map[string]T {
	if len(b) == 0 {
		return a
	}
	all := make(map[string]T, len(a)+len(b))
	maps.Copy(all, a)
	for id, v := range b {
		if known, ok := all[id]; ok {
			v = join(known, v)
		}
		all[id] = v
	}
	return all
}

// Earliest of two times in Unix seconds, of which 0 means never.
func Earliest(a, b int64) int64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
