package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/payhooks/payhooks/infra/local/aws"
)

// weather draws a few faults for the next seconds.
func (s *storm) weather() aws.Faults {
	f := aws.Faults{Seed: s.rng.Uint64()}
	for _, kind := range []string{aws.FaultDelay, aws.FaultThrottle, aws.FaultError, aws.FaultReset, aws.FaultLost} {
		if s.rng.IntN(2) == 0 {
			continue
		}
		services := []string{"dynamodb", "sqs", "events", "ses", "sns", "secretsmanager"}
		one := aws.Fault{Service: services[s.rng.IntN(len(services))], Kind: kind, Probability: 0.02 + 0.1*s.rng.Float64()}
		if kind == aws.FaultDelay {
			one.DelayMS = s.rng.IntN(1500)
		}
		f.Faults = append(f.Faults, one)
	}
	return f
}

func (s *storm) setFaults(ctx context.Context, f aws.Faults) error {
	run, err := s.stack.find()
	if err != nil {
		return err
	}
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, run.AWS+"/_payhooks/faults", bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	s.r.Faults += len(f.Faults)
	return res.Body.Close()
}
