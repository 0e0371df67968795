package main

import (
	"context"
	"errors"
	"os"

	"github.com/payhooks/payhooks/infra/checkout"
)

// measureDictionary counts the way to the bus on a stack that stores bodies with the
// dictionary: that of a copy of the checkout with the parameter on.
func measureDictionary(ctx context.Context, n int) (c cost, err error) {
	dir, err := os.MkdirTemp("", "payhooks-bench-dictionary-")
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := checkout.Copy(ctx, ".", dir); err != nil {
		return c, err
	}
	if err := errors.Join(setParameter(dir, "Dictionary: 'on'"), build(ctx, dir)); err != nil {
		return c, err
	}
	s, err := startStack(ctx, dir)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	counts, _, err := scenarios[0].run(ctx, s, n)
	if err != nil {
		return c, err
	}
	return costOf(counts, n, pipeline...)
}
