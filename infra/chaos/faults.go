package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/payhooks/payhooks/infra/local/aws"
)

// randomFaults draws a few faults for the next seconds.
func (c *run) randomFaults() aws.Faults {
	f := aws.Faults{Seed: c.rng.Uint64()}
	for _, kind := range []string{aws.FaultDelay, aws.FaultThrottle, aws.FaultError, aws.FaultReset, aws.FaultLost} {
		if c.rng.IntN(2) == 0 {
			continue
		}
		services := []string{"dynamodb", "sqs", "events", "ses", "sns", "secretsmanager"}
		one := aws.Fault{Service: services[c.rng.IntN(len(services))], Kind: kind, Probability: 0.02 + 0.1*c.rng.Float64()}
		if kind == aws.FaultDelay {
			one.DelayMS = c.rng.IntN(1500)
		}
		f.Faults = append(f.Faults, one)
	}
	return f
}

// setFaults replaces the faults of the local AWS endpoint.
func (c *run) setFaults(ctx context.Context, f aws.Faults) error {
	running, err := c.stack.find()
	if err != nil {
		return err
	}
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	req, err := running.Own(ctx, http.MethodPost, "faults", bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return errors.Join(fmt.Errorf("set faults: the endpoint answered %s", res.Status), res.Body.Close())
	}
	c.r.Faults += len(f.Faults)
	return res.Body.Close()
}
