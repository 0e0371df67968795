package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// PlanRestore finds out whether the copy can be read and is one of the stack's
// table, and changes nothing.
func (o *Operator) PlanRestore(ctx context.Context, r Restore) (*RestorePlan, error) {
	own, err := o.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the stack's tables: %w", err)
	}
	if r.Into, err = o.into(r, own); err != nil {
		return nil, err
	}
	from, err := o.describe(ctx, r.From)
	if err != nil {
		return nil, err
	}
	live, err := o.describe(ctx, o.full(r.Into))
	if err != nil {
		return nil, err
	}
	if !slices.Equal(from.Keys, live.Keys) {
		return nil, fmt.Errorf("table %s has the key %s, and %s has %s: it is not a copy of that table; name the table that it is a copy of",
			from.Name, keyText(from), live.Name, keyText(live))
	}
	return &RestorePlan{Restore: r, o: o, from: from}, nil
}

func (o *Operator) full(table string) string { return o.Stack + "-" + table }

// into is the short name of the table to restore.
func (o *Operator) into(r Restore, own []string) (string, error) {
	into := strings.TrimPrefix(r.Into, o.Stack+"-")
	named := ""
	for _, table := range own {
		if r.From == o.full(table) {
			return "", fmt.Errorf("table %s is one of the stack itself: name the copy that was restored from it, for example %s-restored", r.From, r.From)
		}
		if strings.HasPrefix(r.From, o.full(table)+"-") && len(table) > len(named) {
			named = table
		}
	}
	switch {
	case into == "" && named == "":
		return "", fmt.Errorf("the name %s does not begin with that of a table of stack %s: name the table that it is a copy of, one of %s",
			r.From, o.Stack, strings.Join(slices.Sorted(slices.Values(own)), ", "))
	case into == "":
		return named, nil
	case !slices.Contains(own, into):
		return "", fmt.Errorf("no table %s in stack %s; its tables are %s", r.Into, o.Stack, strings.Join(slices.Sorted(slices.Values(own)), ", "))
	case named != "" && named != into:
		return "", fmt.Errorf("table %s is by its name a copy of %s, not of %s: all that it has would count as missing", r.From, named, into)
	}
	return into, nil
}

// describe is a table that can be read.
func (o *Operator) describe(ctx context.Context, name string) (event.Table, error) {
	t, err := o.Copies.Describe(ctx, name)
	switch {
	case errors.Is(err, event.ErrNotFound):
		return t, notFound(fmt.Sprintf("no table %s; aws dynamodb restore-table-to-point-in-time makes a copy", name))
	case err != nil:
		return t, err
	case t.Status != event.TableActive && t.Status != event.TableUpdating:
		return t, fmt.Errorf("table %s is %s: wait with aws dynamodb wait table-exists --table-name %s, then run the command again", name, t.Status, name)
	}
	return t, nil
}

func keyText(t event.Table) string {
	parts := make([]string, len(t.Keys))
	for i, k := range t.Keys {
		parts[i] = strings.Join([]string{k.Name, k.Type, k.Role}, " ")
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
