package aws_test

import (
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/template"
)

// withMappings has a function with an enabled queue, and one with a disabled
// queue and the stream.
func withMappings(s *aws.Server) {
	s.Stack.Functions = []template.Function{
		{LogicalID: "Work", Name: "local-Work", ARN: arn("lambda", "function:local-Work")},
		{LogicalID: "Dispatch", Name: "local-Dispatch", ARN: arn("lambda", "function:local-Dispatch")},
	}
	s.Stack.Pollers = []template.QueueSource{
		{Function: "Work", Queue: arn("sqs", "local-worker"), BatchSize: 10},
		{Function: "Dispatch", Queue: arn("sqs", "local-bus-dead"), BatchSize: 10, Disabled: true},
	}
}

func TestEventSourceMappingsAreListedWithTheirState(t *testing.T) {
	r := start(t, withMappings)
	c := lambda.NewFromConfig(r.config(t, operator))
	list := func(in lambda.ListEventSourceMappingsInput) (all []string) {
		for p := lambda.NewListEventSourceMappingsPaginator(c, &in); p.HasMorePages(); {
			for _, m := range must(p.NextPage(t.Context()))(t).EventSourceMappings {
				all = append(all, awssdk.ToString(m.EventSourceArn)+" "+awssdk.ToString(m.State))
			}
		}
		return all
	}
	worker, dead := arn("sqs", "local-worker"), arn("sqs", "local-bus-dead")
	for name, c := range map[string]struct {
		in   lambda.ListEventSourceMappingsInput
		want []string
	}{
		"all, in pages": {lambda.ListEventSourceMappingsInput{MaxItems: awssdk.Int32(1)}, []string{worker + " Enabled", dead + " Disabled", eventsStream + " Enabled"}},
		"of a queue":    {lambda.ListEventSourceMappingsInput{EventSourceArn: &dead}, []string{dead + " Disabled"}},
		"of a function": {lambda.ListEventSourceMappingsInput{FunctionName: awssdk.String("local-Work")}, []string{worker + " Enabled"}},
		"of neither":    {lambda.ListEventSourceMappingsInput{FunctionName: awssdk.String("local-Work"), EventSourceArn: &dead}, nil},
	} {
		if got := list(c.in); len(got) != len(c.want) || len(got) > 0 && got[0] != c.want[0] || len(got) > 1 && got[len(got)-1] != c.want[len(got)-1] {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestMappingsAreGrantedOnEveryResourceOnly(t *testing.T) {
	grant := func(resource string) func(*aws.Server) {
		return func(s *aws.Server) {
			withMappings(s)
			role := s.Stack.Roles[workerRole]
			role.Policies[0].Statements = append(role.Policies[0].Statements, template.Statement{
				Effect: "Allow", Actions: []string{"lambda:ListEventSourceMappings"}, Resources: []string{resource},
			})
			s.Stack.Roles[workerRole] = role
		}
	}
	list := func(r *rig) error {
		_, err := lambda.NewFromConfig(r.config(t, worker)).ListEventSourceMappings(t.Context(), &lambda.ListEventSourceMappingsInput{})
		return err
	}
	wantCode(t, list(start(t, grant(arn("lambda", "function:local-Work")))), "AccessDeniedException", "lambda:ListEventSourceMappings")
	if err := list(start(t, grant("*"))); err != nil {
		t.Error(err)
	}
}

func TestADisabledRuleIsListedAndDeliversNothing(t *testing.T) {
	r := start(t, func(s *aws.Server) { s.Stack.Rules[0].Disabled = true })
	c := r.bus(t, operator)
	rules := must(c.ListRules(t.Context(), &eventbridge.ListRulesInput{EventBusName: awssdk.String("local")}))(t).Rules
	if len(rules) != 1 || rules[0].State != types.RuleStateDisabled {
		t.Errorf("listed %+v", rules)
	}
	publish(t, c, entry("charge.succeeded", `{"id":"evt_1"}`))
	if got := receive(t, r.sqs(t, operator), work); len(got) != 0 {
		t.Errorf("%d messages of a disabled rule", len(got))
	}
}
