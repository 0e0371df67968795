package operator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/parallel"
)

// actionAudit is what is known of one action's state.
type actionAudit struct {
	*auditor
	name   string
	mu     sync.Mutex
	rows   map[rowKey][]moment // which events changed it
	failed []Finding           // events that could not be recomputed
	left   []moment            // events that may change rows yet
}

// run looks at every row, and again at those that differ: live events change
// rows meanwhile.
func (a *actionAudit) run(ctx context.Context) error {
	todo := a.events[a.name]
	suspects := map[rowKey]bool{}
	for try := 1; ; try++ {
		fresh, err := a.touch(ctx, todo)
		if err != nil {
			return err
		}
		maps.Copy(suspects, fresh)
		found, err := a.differing(ctx, suspects)
		if err != nil {
			return err
		}
		if len(found)+len(a.failed) == 0 || try == auditTries {
			return a.conclude(ctx, append(found, a.failed...))
		}
		if todo, err = a.again(ctx, a.begin.Add(-time.Minute)); err != nil {
			return err
		}
		suspects = map[rowKey]bool{}
		for _, f := range found {
			suspects[rowKey{f.Table, f.Key}] = true
		}
	}
}

// differing returns the suspects that are not as recomputed, and the rows that no
// event changed.
func (a *actionAudit) differing(ctx context.Context, suspects map[rowKey]bool) ([]Finding, error) {
	found, err := a.check(ctx, suspects)
	if err != nil {
		return nil, err
	}
	more, err := a.unaccounted(ctx)
	return append(found, more...), err
}

// again waits, and returns the events to look at: those that were not finished,
// and those received since then that are new.
func (a *actionAudit) again(ctx context.Context, since time.Time) ([]moment, error) {
	if err := a.Sleep(ctx, settling); err != nil {
		return nil, err
	}
	n := len(a.events[a.name])
	if err := a.walk(ctx, since); err != nil {
		return nil, err
	}
	return slices.Concat(a.left, a.events[a.name][n:]), nil
}

// touch asks which rows the events change, and returns those rows.
func (a *actionAudit) touch(ctx context.Context, ms []moment) (fresh map[rowKey]bool, err error) {
	fresh, a.failed, a.left = map[rowKey]bool{}, nil, nil
	err = parallel.Each(ctx, auditors, slices.Collect(slices.Chunk(ms, auditEvents)), func(ctx context.Context, batch []moment) error {
		reply, err := a.ask(ctx, a.name, delivery.AuditRequest{Events: ids(batch)})
		if err == nil && len(reply.Touched) != len(batch) {
			err = errOldAnswer
		}
		if err != nil {
			return err
		}
		a.progress(len(batch))
		a.mu.Lock()
		defer a.mu.Unlock()
		for i, t := range reply.Touched {
			if t.Unfinished || t.Error != "" {
				a.left = append(a.left, batch[i])
			}
			a.note(batch[i], t, fresh)
		}
		return nil
	})
	for k := range fresh {
		slices.SortFunc(a.rows[k], moment.compare)
	}
	return fresh, err
}

// note keeps which rows one event changes.
func (a *actionAudit) note(m moment, t delivery.AuditTouched, fresh map[rowKey]bool) {
	if t.Error != "" {
		a.failed = append(a.failed, Finding{Action: a.name, Key: m.id, Verdict: Unprovable, Error: t.Error})
	}
	for _, r := range t.Rows {
		k := rowKey{r[0], r[1]}
		a.rows[k], fresh[k] = append(a.rows[k], m), true
	}
}

var errOldAnswer = errors.New("the function does not answer audits: it was built with another version; deploy it again")

func ids(ms []moment) []string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = m.id
	}
	return out
}

// unaccounted finds the rows of the same tables that no stored event changed.
func (a *actionAudit) unaccounted(ctx context.Context) ([]Finding, error) {
	tables := map[string]bool{}
	for k := range a.rows {
		tables[k.table] = true
	}
	var found []Finding
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		for it, err := range a.Ledger.Scan(ctx, table) {
			if err != nil {
				return nil, err
			}
			if _, ok := a.rows[rowKey{table, it.Key}]; !ok && !it.Direct {
				found = append(found, Finding{Action: a.name, Table: table, Key: it.Key, Verdict: a.beyond(it), Actual: it.Data})
			}
		}
	}
	return found, nil
}

// conclude repairs or rebuilds what it may and adds up.
func (a *actionAudit) conclude(ctx context.Context, found []Finding) error {
	slices.SortFunc(found, func(x, y Finding) int {
		return cmp.Or(strings.Compare(x.Table, y.Table), strings.Compare(x.Key, y.Key))
	})
	if err := a.rebuild(ctx, found); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	a.result.Checked += len(a.rows)
	for _, f := range found {
		if f.Verdict == Extra && a.rows[rowKey{f.Table, f.Key}] == nil {
			a.result.Checked++
		}
		if a.Repair && f.Verdict == Missing {
			var err error
			if f.Repaired, err = a.repair(ctx, rowKey{f.Table, f.Key}); err != nil {
				return fmt.Errorf("repair %s %s: %w", f.Table, f.Key, err)
			}
		}
		a.result.add(f)
	}
	return nil
}
