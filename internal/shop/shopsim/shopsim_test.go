package shopsim_test

import (
	"errors"
	"maps"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/payhooks/payhooks/internal/shop/shopsim"
	"github.com/payhooks/payhooks/internal/simtest"
)

// types are the event types of each action in the stack's template.
func types(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Properties struct {
				Parameters struct {
					Action     string `yaml:"Action"`
					EventTypes string `yaml:"EventTypes"`
				} `yaml:"Parameters"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, r := range template.Resources {
		if p := r.Properties.Parameters; p.Action != "" {
			all[p.Action] = strings.Split(strings.ReplaceAll(p.EventTypes, " ", ""), ",")
		}
	}
	if len(all) < 7 {
		t.Fatalf("the template has %d actions: %v", len(all), all)
	}
	return all
}

func TestEveryPromiseHoldsWithTheShopsActions(t *testing.T) {
	seeds, err := simtest.Seeds(os.Getenv, 30)
	if err != nil {
		t.Fatal(err)
	}
	r := simtest.Schedules(shopsim.Plan(types(t)), seeds)
	var f *simtest.Failure
	if errors.As(r.Failed, &f) {
		t.Fatalf("%s\n%v", strings.Join(f.Trace, "\n"), f)
	}
}

func TestOneSeedIsOneSchedule(t *testing.T) {
	plan := shopsim.Plan(types(t))
	for seed := uint64(1); seed <= 8; seed++ {
		first, err := simtest.Run(plan, seed)
		if err != nil {
			t.Fatal(err)
		}
		if second, _ := simtest.Run(plan, seed); !maps.Equal(first, second) {
			t.Errorf("seed %d met %v, then %v", seed, first, second)
		}
	}
}
