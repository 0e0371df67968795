package local

import (
	"errors"
	"slices"
	"testing"

	"github.com/payhooks/payhooks/infra/local/template"
)

// stackOf has an action of each name with its queue, role and rule.
func stackOf(names ...string) *template.Stack {
	s := &template.Stack{Roles: map[string]template.Role{}}
	for _, n := range names {
		s.Functions = append(s.Functions, template.Function{LogicalID: n, Role: n})
		s.Queues = append(s.Queues, template.Queue{ARN: n})
		s.Rules = append(s.Rules, template.Rule{Name: n})
		s.Tables = append(s.Tables, template.Table{Name: n})
		s.Roles[n] = template.Role{Name: n}
	}
	return s
}

func TestWhatIsLeftKeepsItsRightsUntilItIsFinished(t *testing.T) {
	both := withLeft(stackOf("a", "gone"), stackOf("a", "new"))
	var functions, queues, rules []string
	for _, f := range both.Functions {
		functions = append(functions, f.LogicalID)
	}
	for _, q := range both.Queues {
		queues = append(queues, q.ARN)
	}
	for _, r := range both.Rules {
		rules = append(rules, r.Name)
	}
	if all := []string{"a", "new", "gone"}; !slices.Equal(functions, all) || !slices.Equal(queues, all) || both.Roles["gone"].Name != "gone" {
		t.Errorf("functions %v, queues %v, roles %v", functions, queues, both.Roles)
	}
	if !slices.Equal(rules, []string{"a", "new"}) {
		t.Errorf("rules %v: more comes to what is gone", rules)
	}
}

func TestWhatIsMadeAtTheStartOnlyIsTold(t *testing.T) {
	for name, change := range map[string]func(*template.Stack){
		"table":  func(s *template.Stack) { s.Tables[0].TTL = "expires" },
		"route":  func(s *template.Stack) { s.Routes = []template.Route{{Path: "/x"}} },
		"stream": func(s *template.Stack) { s.Streams = []template.StreamSource{{BatchSize: 1}} },
		"secret": func(s *template.Stack) { s.Secrets = []template.Secret{{Name: "x"}} },
	} {
		next := stackOf("a", "new")
		change(next)
		if err := needsStart(stackOf("a"), next); !errors.Is(err, errStart) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := needsStart(stackOf("a", "gone"), stackOf("a", "new")); err != nil {
		t.Error(err)
	}
}
