package local

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/local/template"
)

func TestEveryEndpointGetsTheSigningSecret(t *testing.T) {
	s := &Stack{cfg: Config{Secret: "whsec_a,whsec_b"}, Template: &template.Stack{
		Region: Region, Account: Account,
		Functions: []template.Function{
			{Env: map[string]string{"BUS": "local"}},
			{Env: map[string]string{"ENDPOINTS": "default=any,shop-eu=live+connect,eventbridge=test"}},
			{Env: map[string]string{"ENDPOINTS": "default=any"}},
		},
		Secrets: []template.Secret{{Name: "local/webhooks/default"}, {Name: "local/slack"}, {Name: "local/webhooks/set", Value: "whsec_template"}},
	}}
	if err := addSecrets(s.Template); err != nil {
		t.Fatal(err)
	}
	seeds := s.seeds()
	delete(seeds, "local/stripe")
	names := slices.Sorted(maps.Keys(seeds))
	if want := "local/webhooks/default local/webhooks/eventbridge local/webhooks/shop-eu"; strings.Join(names, " ") != want {
		t.Errorf("seeded %v, want %s", names, want)
	}
	for _, name := range names {
		if seeds[name] != "whsec_a,whsec_b" {
			t.Errorf("%s is %q", name, seeds[name])
		}
	}
	const arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:local/webhooks/shop-eu-"
	if added := s.Template.Secrets[len(s.Template.Secrets)-1]; !strings.HasPrefix(added.ARN, arn) || len(added.ARN) != len(arn)+6 {
		t.Errorf("added %+v", added)
	}
}
