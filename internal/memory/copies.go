package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Copies implements event.Copies for a store. Its fields must not change while a
// call is under way.
type Copies struct {
	Store *Store
	Stack string // in front of the short names of the store's tables
	// Tables are the copies, and other tables, by their full names.
	Tables map[string]*Copy
	// PageSize is how many items a page has; 0 is a hundred.
	PageSize int
}

// Copy is a table as it was when it was copied.
type Copy struct {
	event.Table
	Items []event.Copied // in order of their keys
}

// Make copies one of the store's tables.
func (c *Copies) Make(name, table string) *Copy {
	c.Store.mu.Lock()
	defer c.Store.mu.Unlock()
	made := &Copy{event.Table{Name: name, Status: event.TableActive, Keys: keysOf(table)}, c.Store.items(table)}
	if c.Tables == nil {
		c.Tables = map[string]*Copy{}
	}
	c.Tables[name] = made
	return made
}

// Lose deletes an item by its Key, as no call of a port does.
func (c *Copies) Lose(table, key string) {
	c.Store.mu.Lock()
	defer c.Store.mu.Unlock()
	for _, one := range c.Store.items(table) {
		if one.Key == key {
			c.Store.remove(table, one.Item)
		}
	}
}

// keysOf is the primary key of a table.
func keysOf(table string) []event.Key {
	if table == "quarantine" {
		return []event.Key{{Name: "endpoint", Type: "S", Role: "HASH"}, {Name: "id", Type: "S", Role: "RANGE"}}
	}
	return []event.Key{{Name: "id", Type: "S", Role: "HASH"}}
}

// Describe implements event.Copies. Every name that begins with the stack's is a
// table of the store, unless a copy has it.
func (c *Copies) Describe(ctx context.Context, name string) (d event.Table, err error) {
	err = c.Store.do(ctx, Op{"Copies.Describe", name}, func() error {
		short, ours := strings.CutPrefix(name, c.Stack+"-")
		switch made, ok := c.Tables[name]; {
		case ok:
			d = made.Table
		case ours:
			d = event.Table{Name: name, Status: event.TableActive, Keys: keysOf(short)}
		default:
			return event.ErrNotFound
		}
		d.Keys = slices.Clone(d.Keys)
		return nil
	})
	return d, err
}

// Page implements event.Copies; in order of the keys.
func (c *Copies) Page(ctx context.Context, copied event.Table, _, after string) (items []event.Copied, next string, err error) {
	err = c.Store.do(ctx, Op{"Copies.Page", copied.Name}, func() error {
		made, ok := c.Tables[copied.Name]
		if !ok {
			return event.ErrNotFound
		}
		at := 0
		if after != "" {
			i := slices.IndexFunc(made.Items, func(one event.Copied) bool { return one.Key == after })
			if at = i + 1; i < 0 {
				return fmt.Errorf("position %q: %w", after, event.ErrInvalid)
			}
		}
		end := min(at+cmp.Or(c.PageSize, 100), len(made.Items))
		if items = slices.Clone(made.Items[at:end]); end < len(made.Items) {
			next = made.Items[end-1].Key
		}
		return nil
	})
	return items, next, err
}

// Missing implements event.Copies.
func (c *Copies) Missing(ctx context.Context, table string, items []event.Copied) (missing []event.Copied, err error) {
	err = c.Store.do(ctx, Op{"Copies.Missing", table}, func() error {
		there := map[string]bool{}
		for _, one := range c.Store.items(table) {
			there[one.Key] = true
		}
		missing = slices.DeleteFunc(slices.Clone(items), func(one event.Copied) bool { return there[one.Key] })
		return nil
	})
	return missing, err
}

// PutBack implements event.Copies.
func (c *Copies) PutBack(ctx context.Context, table string, one event.Copied) (stored bool, err error) {
	ours := false
	err = c.Store.do(ctx, Op{"Copies.PutBack", one.Key}, func() error {
		if ours { // its reply was lost
			return nil
		}
		for _, it := range c.Store.items(table) {
			if it.Key == one.Key {
				return nil
			}
		}
		ours = true
		stored = c.Store.add(table, one.Item)
		if !stored {
			return fmt.Errorf("%T is not an item of %s: %w", one.Item, table, event.ErrInvalid)
		}
		return nil
	})
	return stored, err
}

// items are those of a table, in order of their keys. The caller holds the lock.
func (s *Store) items(table string) (all []event.Copied) {
	switch table {
	case "events":
		for _, r := range s.events {
			all = append(all, r.copied())
		}
	case "quarantine":
		for k, q := range s.quarantined {
			all = append(all, event.Copied{Key: k.a + " " + k.b, Expires: q.Expires, Item: q})
		}
	case "deliveries":
		for ref, d := range s.deliveries {
			all = append(all, event.Copied{Key: ref.Action + "#" + ref.Event, Expires: d.Expires, Unfinished: d.State == event.Waiting, Item: *d})
		}
		for ref, e := range s.effects {
			all = append(all, event.Copied{Key: effectKey(ref), Expires: e.Expires, Item: *e})
		}
	default:
		for k, r := range s.rows {
			if k.a == table {
				all = append(all, event.Copied{Key: k.b, Item: r})
			}
		}
	}
	slices.SortFunc(all, func(a, b event.Copied) int { return cmp.Compare(a.Key, b.Key) })
	return all
}
