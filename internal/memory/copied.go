package memory

import "github.com/payhooks/payhooks/internal/event"

// copied is the event as an item of a copy.
func (r *record) copied() event.Copied {
	one := event.Copied{Key: r.ID, Expires: r.Expires, Unfinished: r.Pending, Item: record{clone(r.Stored), r.nonce}}
	for _, action := range r.Subscribers {
		if !r.Pending {
			one.Deliveries = append(one.Deliveries, event.DeliveryRef{Action: action, Event: r.ID})
		}
	}
	return one
}

// add stores an item of a table, and reports whether it is one. The caller holds
// the lock. The feed has a pending event, as a stream's filter takes it.
func (s *Store) add(table string, it any) bool {
	s.index = indexes{}
	switch it := it.(type) {
	case record:
		r := &record{clone(it.Stored), it.nonce}
		if s.events[r.ID] = r; r.Pending {
			s.changed(r)
		}
	case event.Quarantined:
		s.quarantined[pair{it.Endpoint, it.ID}] = it
	case delivery:
		s.deliveries[it.Ref()] = &it
	case effect:
		s.effects[it.EffectRef] = &it
	case row:
		s.rows[pair{table, it.Key}] = it
	default:
		return false
	}
	return true
}

// remove deletes an item of a table. The caller holds the lock.
func (s *Store) remove(table string, it any) {
	s.index = indexes{}
	switch it := it.(type) {
	case record:
		delete(s.events, it.ID)
	case event.Quarantined:
		delete(s.quarantined, pair{it.Endpoint, it.ID})
	case delivery:
		delete(s.deliveries, it.Ref())
	case effect:
		delete(s.effects, it.EffectRef)
	case row:
		delete(s.rows, pair{table, it.Key})
	}
}
