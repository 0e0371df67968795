package order

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/union"
)

func (p price) newer(q price) price {
	if cmp.Or(compare(p.Is != 0, q.Is != 0), cmp.Compare(p.At, q.At), cmp.Compare(p.Rank, q.Rank), cmp.Compare(p.Is, q.Is), strings.Compare(p.In, q.In)) < 0 {
		return q
	}
	return p
}

func (r rate) newer(s rate) rate {
	if cmp.Or(cmp.Compare(r.At, s.At), cmp.Compare(r.Is, s.Is), strings.Compare(r.In, s.In), cmp.Compare(r.Of, s.Of)) < 0 {
		return s
	}
	return r
}

func (s snapshot) newer(t snapshot) snapshot {
	if cmp.Or(cmp.Compare(s.At, t.At), cmp.Compare(s.Sum, t.Sum), compare(s.Refund, t.Refund), cmp.Compare(s.Before, t.Before)) < 0 {
		return t
	}
	return s
}

// compare puts false before true.
func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// most is how many ids are kept of things that may come by the thousand.
const most = 100

// newest joins ids with the time of each, and keeps the newest: of one time those
// with the greatest id. What one side left out is older than all that it kept, so
// it makes no difference when it is left out.
func newest(a, b map[string]int64) map[string]int64 {
	all := union.Maps(a, b, func(x, y int64) int64 { return max(x, y) })
	if len(all) <= most {
		return all
	}
	ids := slices.SortedFunc(maps.Keys(all), func(x, y string) int { return cmp.Or(cmp.Compare(all[y], all[x]), strings.Compare(y, x)) })
	kept := make(map[string]int64, most)
	for _, id := range ids[:most] {
		kept[id] = all[id]
	}
	return kept
}
