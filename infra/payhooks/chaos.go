package main

import (
	"math/rand/v2"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/chaos"
	"github.com/payhooks/payhooks/infra/cli"
)

// maxChaosRate is more than one machine does.
const maxChaosRate = 100_000

func chaosCommand() *cobra.Command {
	var c chaos.Config
	cmd := &cobra.Command{
		Use: "chaos", Short: "Run load with injected faults and process kills; fail on lost or duplicated effects", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if c.Duration < time.Second || !(c.Rate > 0 && c.Rate <= maxChaosRate) { // NaN is neither
				return cli.Usage("--duration %s --rate %g: must be at least 1s, and above 0 and at most %d", c.Duration, c.Rate, maxChaosRate)
			}
			if c.Seed == 0 {
				c.Seed = rand.Uint64() >> 1 //nolint:gosec // it is printed
			}
			// A customer has about 5 requests.
			if c.Plan, err = newPlan(c.Seed, max(98, int(c.Duration.Seconds()*c.Rate/5))); err != nil {
				return err
			}
			return chaos.Run(cmd, c)
		},
	}
	cmd.Flags().DurationVar(&c.Duration, "duration", 5*time.Minute, "how long faults and load last")
	cmd.Flags().Float64Var(&c.Rate, "rate", 8, "events per second")
	cmd.Flags().Uint64Var(&c.Seed, "seed", 0, "seed of the faults and kills; 0 draws one")
	return cmd
}
