package operator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

// lanesOf splits the numbers below n into lanes of pages of random sizes, some empty.
func lanesOf(rng *rand.Rand, n int, odd error) (lanes []*lane[int]) {
	split := make([][]int, 1+rng.IntN(5))
	for i := range n {
		to := min(rng.IntN(len(split)), rng.IntN(len(split))) // more in the first ones
		split[to] = append(split[to], i)
	}
	for i, items := range split {
		own := rand.New(rand.NewPCG(rng.Uint64(), uint64(i))) // lanes are read at once
		lanes = append(lanes, &lane[int]{read: func(_ context.Context, after event.Position) (page event.Page[int], err error) {
			from := 0
			if !after.IsZero() {
				_, _ = fmt.Sscan(after.ID, &from)
			}
			to := min(len(items), from+own.IntN(4))
			if page.Items = items[from:to]; to < len(items) {
				page.Next.ID = fmt.Sprint(to)
			}
			return page, odd
		}})
	}
	return lanes
}

func TestMergeHasAllItemsInOrder(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := rng.IntN(60)
		m := &merge[int]{compare: cmp.Compare[int], page: 1 + rng.IntN(4), lanes: lanesOf(rng, n, nil)}
		ctx, got := t.Context(), []int{}
		for {
			items, unreadable, err := m.take(ctx, 1+rng.IntN(9))
			if err != nil || unreadable != nil {
				t.Fatal(err, unreadable)
			}
			if len(items) == 0 {
				break
			}
			got = append(got, items...)
			if next, known := m.next(); known && (next == nil) != (len(got) == n) || next != nil && *next != len(got) {
				t.Fatalf("seed %d: next is %v after %v", seed, next, got)
			}
		}
		want := make([]int, n)
		for i := range want {
			want[i] = i
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}

func TestMergeNamesWhatCannotBeReadAndEndsWithAFailure(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	m := &merge[int]{compare: cmp.Compare[int], page: 1, lanes: lanesOf(rng, 9, fmt.Errorf("an event: %w", event.ErrInvalid))}
	if items, unreadable, err := m.take(t.Context(), 100); len(items) != 9 || !errors.Is(unreadable, event.ErrInvalid) || err != nil {
		t.Errorf("%v, %v, %v", items, unreadable, err)
	}
	if _, unreadable, err := m.take(t.Context(), 100); unreadable != nil || err != nil {
		t.Errorf("named twice: %v, %v", unreadable, err)
	}
	m.lanes = lanesOf(rng, 9, errors.New("unavailable"))
	if items, _, err := m.take(t.Context(), 100); err == nil || items != nil {
		t.Errorf("%v, %v", items, err)
	}
}
