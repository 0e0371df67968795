package main

import (
	"encoding/json"
	"fmt"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/simtest"
)

// simulated makes what schedules run besides the actions that show each promise,
// for the event types that the template's rules select, by action. The first is
// used; without one there is nothing else.
var simulated []func(types map[string][]string) simtest.Plan

func simulatedPlan() (simtest.Plan, error) {
	if len(simulated) == 0 {
		return simtest.Plan{}, nil
	}
	dir, err := cli.ProjectDir()
	if err != nil {
		return simtest.Plan{}, err
	}
	types, err := selectedTypes(dir)
	if err != nil {
		return simtest.Plan{}, err
	}
	return simulated[0](types), nil
}

// selectedTypes are those that the rule of each action in the template selects.
func selectedTypes(dir string) (map[string][]string, error) {
	stack, err := local.ReadTemplate(dir)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, r := range stack.Rules {
		if r.Bus != local.StackName {
			continue // of the partner bus: no action's
		}
		var pattern struct {
			Types []string `json:"detail-type"`
		}
		if err := json.Unmarshal([]byte(r.Pattern), &pattern); err != nil {
			return nil, fmt.Errorf("rule %s: expected detail-type to be a list of event types: %w", r.Name, err)
		}
		all[r.Name] = pattern.Types
	}
	return all, nil
}
