package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/doctor"
	"github.com/payhooks/payhooks/internal/event"
)

// byCheck are the findings of doctor --json.
func byCheck(t *testing.T, out string) map[string]doctor.Finding {
	t.Helper()
	found := map[string]doctor.Finding{}
	for _, f := range objects[doctor.Finding](t, out) {
		found[f.Check] = f
	}
	return found
}

func TestDoctorProbeIsDeniedOnTheLocalStack(t *testing.T) {
	o := newOperator(t)
	found := byCheck(t, o.must("doctor", "--probe", "--json"))
	for _, check := range []string{"caller", "rules", "mappings", "probe"} {
		if f := found[check]; f.Result != doctor.OK {
			t.Errorf("%s: %+v", check, f)
		}
	}
	for _, check := range []string{"stack", "names", "secrets", "mail", "concurrency", "alarms", "tables", "functions"} {
		if f := found[check]; f.Result != doctor.Unknown || !strings.Contains(f.Found, "local stack") {
			t.Errorf("%s: %+v, expected unknown on the local stack", check, f)
		}
	}
	if out := o.must("doctor"); strings.Contains(out, "probe") || !strings.Contains(out, "ok       rules") {
		t.Errorf("without --probe: %s", out)
	}
}

func TestEveryActionsRoleIsDeniedEveryOthersItems(t *testing.T) {
	o := newOperator(t)
	rules, err := o.Bus.Rules(t.Context())
	if err != nil || len(rules) < 2 {
		t.Fatalf("%v, %v", rules, err)
	}
	for _, from := range rules {
		for _, to := range rules {
			want := delivery.ProbeReply{Get: delivery.Denied, Transact: delivery.Denied, Own: delivery.Allowed}
			if from == to {
				want.Get, want.Transact = delivery.Allowed, delivery.Allowed
			}
			var got delivery.ProbeReply
			request := delivery.ProbeRequest{Payhooks: delivery.ProbeAction{Probe: to.Action}}
			if err := o.Operator().Functions.Invoke(t.Context(), from.Action, request, &got); err != nil || got != want {
				t.Errorf("%s probes %s: %+v, %v", from.Action, to.Action, got, err)
			}
			if _, err := o.Tables.Delivery(t.Context(), event.DeliveryRef{Action: to.Action, Event: "probe"}); !errors.Is(err, event.ErrNotFound) {
				t.Errorf("the probe of %s left a delivery of %s: %v", from.Action, to.Action, err)
			}
		}
	}
}

func TestDoctorFailsForRolesWithoutLeadingKeys(t *testing.T) {
	needsShop(t)
	dir := copyProject(t)
	path := filepath.Join(dir, "infra", "action.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	condition := regexp.MustCompile(`(?m)^ +Condition:\n +ForAllValues:StringLike: .*\n +'Null': .*\n`)
	if n := len(condition.FindAll(text, -1)); n != 1 {
		t.Fatalf("infra/action.yaml has %d conditions on leading keys, want 1", n)
	}
	if err := os.WriteFile(path, condition.ReplaceAll(text, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	startStack(t, dir)
	r := run(t, "doctor", "--probe")
	if r.code != 1 || !strings.Contains(r.err, "2 checks failed") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	for _, want := range []string{"GetItem by adjust-inventory of an item of flag-fraud is allowed", "TransactWriteItems by adjust-inventory on an item of flag-fraud is allowed", "infra/action.yaml"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%s\nhas no %q", r.out, want)
		}
	}
}
