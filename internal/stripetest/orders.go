package stripetest

import (
	"iter"
	"math/rand/v2"
	"slices"
)

const (
	// permuted is the most elements of which Orders yields every permutation.
	permuted = 5
	// sampled orders are yielded of more elements.
	sampledOrders = 100
)

// Orders yields orders in which Stripe may deliver the events: every permutation
// of up to five, a sample of more, and in both cases orders in which some come
// more than once. One seed is one sample. The slices may be kept.
func Orders[T any](seed uint64, all []T) iter.Seq[[]T] {
	rng := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // one seed, one sample
	return func(yield func([]T) bool) {
		if len(all) <= permuted {
			for p := range Permutations(all) {
				if !yield(p) {
					return
				}
			}
		}
		for range sampledOrders {
			if !yield(disorder(rng, all)) {
				return
			}
		}
	}
}

// disorder returns the events in random order, about one in three more than once.
func disorder[T any](rng *rand.Rand, all []T) []T {
	mixed := slices.Clone(all)
	for _, e := range all {
		if rng.IntN(3) == 0 {
			mixed = append(mixed, e)
		}
	}
	rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return mixed
}

// Permutations yields every order of the elements. The slices may be kept.
func Permutations[T any](all []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) { permute(slices.Clone(all), 0, yield) }
}

func permute[T any](all []T, n int, yield func([]T) bool) bool {
	if n == len(all) {
		return yield(slices.Clone(all))
	}
	for i := n; i < len(all); i++ {
		all[n], all[i] = all[i], all[n]
		more := permute(all, n+1, yield)
		all[n], all[i] = all[i], all[n]
		if !more {
			return false
		}
	}
	return true
}
