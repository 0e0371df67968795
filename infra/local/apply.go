package local

import (
	"context"
	"slices"

	"github.com/payhooks/payhooks/infra/local/template"
)

// apply puts another template in force and leaves what is left of the old one: tables first,
// since rules and functions count on them. It returns the event sources to run.
func (s *Stack) apply(ctx context.Context, next *template.Stack, r *Reload) ([]*definedSource, error) {
	old := s.Now()
	if same(old, next) {
		return s.defineSources(next)
	}
	if err := s.Engine.Client().CreateTables(ctx, newTables(old, next)); err != nil {
		return nil, s.Engine.Explain(err)
	}
	both := withLeft(old, next)
	if err := s.AWS.Apply(both, s.callers(both)); err != nil {
		return nil, err
	}
	all, err := s.defineSources(next)
	if err != nil {
		_ = s.AWS.Apply(old, s.callers(old)) // it was in force before
		return nil, err
	}
	s.now.Store(next)
	r.Applied = !same(old.Rules, next.Rules) || !same(old.Queues, next.Queues) || !same(old.Roles, next.Roles) || !same(old.Tables, next.Tables)
	r.rules = !same(old.Rules, next.Rules)
	return all, nil
}

func newTables(old, next *template.Stack) (all []template.Table) {
	for _, t := range next.Tables {
		if !slices.ContainsFunc(old.Tables, func(o template.Table) bool { return o.Name == t.Name }) {
			all = append(all, t)
		}
	}
	return all
}

// withLeft is the next template with the functions, queues and roles that it has no more:
// what they have in work is finished, as CloudFormation deletes last. Rules are not left,
// so nothing more comes to them.
func withLeft(old, next *template.Stack) *template.Stack {
	both := *next
	both.Functions = withMissing(next.Functions, old.Functions, func(f template.Function) string { return f.LogicalID })
	both.Queues = withMissing(next.Queues, old.Queues, func(q template.Queue) string { return q.ARN })
	both.Roles = map[string]template.Role{}
	for _, roles := range []map[string]template.Role{old.Roles, next.Roles} {
		for arn, role := range roles {
			both.Roles[arn] = role
		}
	}
	return &both
}

func withMissing[T any](all, more []T, key func(T) string) []T {
	all = slices.Clone(all)
	for _, m := range more {
		if !slices.ContainsFunc(all, func(a T) bool { return key(a) == key(m) }) {
			all = append(all, m)
		}
	}
	return all
}
