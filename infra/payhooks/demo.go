package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
)

// plans make what the demo and chaos run through a stack, from a seed and a number
// of customers. The first is used; without one it is the samples.
var plans []func(seed uint64, customers int, now time.Time) *demo.Plan

func newPlan(seed uint64, customers int) (*demo.Plan, error) {
	if len(plans) == 0 {
		return demo.Samples()
	}
	return plans[0](seed, customers, time.Now()), nil
}

func demoCommand() *cobra.Command {
	var customers int
	cmd := &cobra.Command{
		Use: "demo", Short: "Run a generated month of events through a temporary stack and verify the results", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if customers < 2 {
				return cli.Usage("--customers %d: must be 2 or more", customers)
			}
			p, err := newPlan(demo.Seed, customers)
			if err != nil {
				return err
			}
			return demo.Run(cmd, p)
		},
	}
	cmd.Flags().IntVar(&customers, "customers", 264, "how many customers, half of them in each API version")
	return cmd
}
