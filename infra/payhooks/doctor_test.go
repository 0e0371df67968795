package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
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
	for _, want := range []string{"GetItem by adjust-inventory of an item of fetch is allowed", "TransactWriteItems by adjust-inventory on an item of fetch is allowed", "infra/action.yaml"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%s\nhas no %q", r.out, want)
		}
	}
}

// identity is how STS answers GetCallerIdentity.
const identity = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/operator</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`

func TestDoctorOfADeployedStackNamesTheMissingRights(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Authorization"), "/sts/") {
			_, _ = io.WriteString(w, identity)
			return
		}
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		w.WriteHeader(http.StatusForbidden)
		if r.Header.Get("X-Amz-Target") == "" {
			_, _ = io.WriteString(w, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
		}
	}))
	defer server.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	r := run(t, "doctor", "--stack", "shop", "--probe", "--json")
	if r.code != 0 {
		t.Errorf("exit %d: %s; a check that was denied has not failed", r.code, r.err)
	}
	found := byCheck(t, r.out)
	for check, right := range map[string]string{
		"stack": "cloudformation:DescribeStacks", "data stack": "cloudformation:DescribeStacks", "names": "cloudformation:DescribeStacks",
		"rules": "events:ListRules", "mappings": "events:ListRules", "probe": "events:ListRules",
	} {
		if f := found[check]; f.Result != doctor.Unknown || !strings.Contains(f.Found, right) || !strings.Contains(f.Do, right) {
			t.Errorf("%s: %+v, expected it to name %s", check, f, right)
		}
	}
	if f := found["caller"]; f.Result != doctor.OK || f.Found != "arn:aws:iam::1:user/operator" {
		t.Errorf("caller: %+v", f)
	}
}
