package doctor

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
)

// denied is what a client returns for a call that IAM denies.
func denied(service, operation string) error {
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: &smithy.GenericAPIError{Code: "AccessDeniedException"}}
}

var errDown = errors.New("connection refused")

func TestHealthyStackHasOnlyOKFindings(t *testing.T) {
	c := healthy()
	var checks []string
	for _, f := range c.findings(t) {
		checks = append(checks, f.Check)
		if f.Result != OK || f.Found == "" || f.Do != "" {
			t.Errorf("%+v", f)
		}
	}
	want := []string{
		"caller", "stack", "data stack", "names", "secret webhooks/default", "secret stripe", "secret slack", "stripe default", "mail sender", "mail account",
		"concurrency", "alarms", "tables", "functions", "rules", "mappings", "probe", "alarm probe",
	}
	if !slices.Equal(checks, want) {
		t.Errorf("checks %q, expected %q", checks, want)
	}
	if c.invoked != "send-receipt update-order" {
		t.Errorf("the probe was %s", c.invoked)
	}
}

// broken is one thing that is not as it must be, and the line that says so.
type broken struct {
	name   string
	change func(c *cloud)
	check  string
	result Result
	found  string // part of it
	do     string // part of it
}

func expectFindings(t *testing.T, all []broken) {
	t.Helper()
	for _, b := range all {
		t.Run(b.name, func(t *testing.T) {
			c := healthy()
			b.change(c)
			findings := c.findings(t)
			i := slices.IndexFunc(findings, func(f Finding) bool { return f.Check == b.check && strings.Contains(f.Found, b.found) })
			if i < 0 {
				t.Fatalf("no finding %s %q among %+v", b.check, b.found, findings)
			}
			if f := findings[i]; f.Result != b.result || !strings.Contains(f.Do, b.do) || (f.Result != OK) != (f.Do != "") {
				t.Errorf("%+v, expected %s and %q", f, b.result, b.do)
			}
		})
	}
}

// Calls are signed with this machine's time.
func TestWrongClockIsNoMatterOfCredentials(t *testing.T) {
	for _, err := range []smithy.GenericAPIError{
		{Code: "SignatureDoesNotMatch", Message: "Signature expired: 20261130T100000Z is now earlier than 20261130T114500Z (20261130T120000Z - 15 min.)"},
		{Code: "SignatureDoesNotMatch", Message: "Signature not yet current: 20261130T130000Z is still later than 20261130T121500Z"},
		{Code: "RequestExpired"},
	} {
		c := healthy()
		c.errs["GetCallerIdentity"] = &err
		if f := c.findings(t)[0]; f.Check != "caller" || f.Result != Failed || !strings.Contains(f.Do, "clock") {
			t.Errorf("%s: %+v", err.Message, f)
		}
	}
}

func TestWithoutCredentialsNothingElseIsChecked(t *testing.T) {
	c := healthy()
	c.errs["GetCallerIdentity"] = errDown
	found := c.findings(t)
	if len(found) != 1 || found[0].Result != Failed || !strings.Contains(found[0].Found, "connection refused") {
		t.Errorf("%+v", found)
	}
}
