package check

import (
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/facts"
)

func TestEveryTypeOfStripesIsAcceptedUnderTheNameThatItComesUnder(t *testing.T) {
	for _, kind := range facts.ThinTypes() {
		if problem := cli.WrongEventType(facts.SnapshotType(kind.Name)); problem != "" {
			t.Errorf("%s: %s", kind.Name, problem)
		}
		if refused := cli.WrongEventType(kind.Name) != ""; refused != (kind.Snapshot != "") {
			t.Errorf("%s: refused is %t", kind.Name, refused)
		}
	}
	for kind, want := range map[string]string{
		"customer.*": "name each", "customer.subscription.trial_moved": "add it to withoutSample", "charge.succeded": "did you mean charge.succeeded?",
		"order.created": "", "issuing_authorization.request": "",
	} {
		if problem := cli.WrongEventType(kind); !strings.Contains(problem, want) || want == "" && problem != "" {
			t.Errorf("%s: %q", kind, problem)
		}
	}
}
