// Command cost writes infra/COST.md from the prices, the templates and the counted calls.
//
//	go run ./infra/cost/command
//
// With count it counts the calls first, on a temporary local stack, and writes them to
// infra/cost/counted.json: after a change of what an event asks of AWS.
//
//	go run ./infra/cost/command count
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/payhooks/payhooks/infra/cost"
	"github.com/payhooks/payhooks/infra/cost/count"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	again := slices.Equal(args, []string{"count"})
	if len(args) > 0 && !again {
		return errors.New("usage: go run ./infra/cost/command [count], in the folder of the project")
	}
	counts, err := cost.Read()
	if err == nil {
		err = released(counts)
	}
	if again && (err == nil || len(counts.Kinds) == 0) { // what cannot be read is written anew
		counts, err = count.All(ctx, ".")
	}
	if err != nil {
		return err
	}
	page, err := cost.Page(".", counts)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(counts, "", "  ")
	if err != nil {
		return err
	}
	if err := write("infra/cost/counted.json", append(text, '\n')); err != nil {
		return err
	}
	return write("infra/COST.md", page)
}

// released is an error in a fork, whose events cost something else.
func released(c cost.Counts) error {
	why, err := c.Fork(".")
	if err == nil && why != "" {
		err = fmt.Errorf("infra/COST.md is of payhooks as it is released, and %s: leave it as it is", why) //nolint:err113 // read by people
	}
	return err
}

func write(file string, text []byte) error {
	return os.WriteFile(file, text, 0o644) //nolint:gosec // a page for everybody
}
