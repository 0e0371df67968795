package console

import (
	"net/url"
)

// chip is a filter that is on, with the address without it.
type chip struct{ Name, Value, Without string }

// periods are the times that the list offers.
var periods = []choice{{"1h", "Last hour"}, {"24h", "Last 24 hours"}, {"7d", "Last 7 days"}, {"30d", "Last 30 days"}}

// choice is a value of a filter, and how it reads.
type choice struct{ Value, Label string }

// chips are the filters of the list that are on, in the order of the box's names.
func (r *Request) chips(q url.Values) (all []chip) {
	for _, name := range eventFilters {
		if name == "before" || name == "status" || name == "q" {
			continue
		}
		for _, v := range q[name] {
			all = append(all, chip{name, read(name, v), r.Without(name, v)})
		}
	}
	return all
}

// read is a filter's value as people read it.
func read(name, value string) string {
	if name == "since" {
		for _, p := range periods {
			if p.Value == value {
				return p.Label
			}
		}
	}
	if name == "type" || name == "mode" || name == "action" {
		return value
	}
	return name + " " + value
}

// Periods are the choices of the filter since.
func (frame) Periods() []choice { return periods }

// Modes are the choices of the filter mode.
func (frame) Modes() []choice { return []choice{{"live", "live"}, {"test", "test"}} }
