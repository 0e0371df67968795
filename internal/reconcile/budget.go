package reconcile

import "context"

// budget is how many calls of Stripe's API a run may make.
type budget struct{ left, made int }

func (m *Missing) budget() *budget {
	if m.MaxCalls > 0 {
		return &budget{left: m.MaxCalls}
	}
	return &budget{left: callsPerRun}
}

// call counts one; ErrEnough if it must not be made.
func (b *budget) call(ctx context.Context) error {
	if b.left == 0 {
		return ErrEnough
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b.left--
	b.made++
	return nil
}
