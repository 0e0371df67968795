package aws

import (
	"context"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/infra/local/aws/pattern"
	"github.com/payhooks/payhooks/infra/local/template"
)

// rule is a rule of a bus, ready to match.
type rule struct {
	template.Rule

	pattern *pattern.Pattern
}

type listRulesRequest struct {
	EventBusName, NamePrefix, NextToken string
	Limit                               int
}

func (s *Server) listRulesNeeds(*listRulesRequest) []access {
	return []access{need("events:ListRules", fmt.Sprintf("arn:aws:events:%s:%s:rule/*", s.template().Region, s.template().Account))}
}

func (s *Server) listRules(_ context.Context, _ *call, in *listRulesRequest) (any, error) {
	found := []map[string]string{}
	for _, r := range s.has().rules {
		if r.Bus == s.busName(in.EventBusName) && strings.HasPrefix(r.Name, in.NamePrefix) {
			found = append(found, map[string]string{"Name": r.Name, "Arn": r.ARN, "EventBusName": r.Bus, "EventPattern": r.Pattern, "State": state(r.Disabled, "DISABLED", "ENABLED")})
		}
	}
	limit := in.Limit
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	page, next, err := pageOf(found, in.NextToken, limit)
	return map[string]any{"Rules": page, "NextToken": next}, err
}

type listTargetsRequest struct {
	EventBusName, Rule, NextToken string
	Limit                         int
}

func (s *Server) listTargetsNeeds(in *listTargetsRequest) []access {
	name := in.Rule
	if bus := s.busName(in.EventBusName); bus != "default" {
		name = bus + "/" + name
	}
	return []access{need("events:ListTargetsByRule", fmt.Sprintf("arn:aws:events:%s:%s:rule/%s", s.template().Region, s.template().Account, name))}
}

func (s *Server) listTargets(_ context.Context, _ *call, in *listTargetsRequest) (any, error) {
	for _, r := range s.has().rules {
		if r.Bus != s.busName(in.EventBusName) || r.Name != in.Rule {
			continue
		}
		found := make([]map[string]any, len(r.Targets))
		for i, t := range r.Targets {
			found[i] = map[string]any{"Id": t.ID, "Arn": t.ARN, "RetryPolicy": map[string]int{
				"MaximumRetryAttempts": t.MaxRetries, "MaximumEventAgeInSeconds": int(t.MaxAge.Seconds()),
			}}
			if t.DeadLetter != "" {
				found[i]["DeadLetterConfig"] = map[string]string{"Arn": t.DeadLetter}
			}
		}
		page, next, err := pageOf(found, in.NextToken, in.Limit)
		return map[string]any{"Targets": page, "NextToken": next}, err
	}
	return nil, invalid("ResourceNotFoundException", "Rule %s does not exist on EventBus %s.", in.Rule, s.busName(in.EventBusName))
}

// prepareRules reads the patterns and refuses what the bus could not do.
func (d *defined) prepareRules() error {
	for _, r := range d.template.Rules {
		p, err := pattern.Parse(r.Pattern)
		if err != nil {
			return fmt.Errorf("rule %s: %w", r.Name, err)
		}
		for _, t := range r.Targets {
			if d.queues[t.ARN] == nil {
				return fmt.Errorf("rule %s: its target %s is no queue of the template; the local bus delivers to those only", r.Name, t.ARN)
			}
		}
		d.rules = append(d.rules, rule{r, p})
	}
	return nil
}
