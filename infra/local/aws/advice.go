package aws

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// pipelineTables are what no parameter gives an action more rights to.
var pipelineTables = []string{"events", "deliveries", "quarantine", "cursors"}

// advice says which parameter of infra/action.yaml gives an action the right. delivery is
// the nested stack that the action's role is in.
func advice(delivery, action, resource string) string {
	parameter := ""
	_, table, isTable := strings.Cut(resource, ":table/")
	pipeline := slices.ContainsFunc(pipelineTables, func(name string) bool { return strings.HasSuffix(table, "-"+name) })
	switch service, _, _ := strings.Cut(action, ":"); {
	case strings.HasSuffix(table, "-events/index/subject"):
		parameter = "Related: 'on', for the code calls Related or RelatedTo"
	case isTable && !pipeline && !strings.Contains(table, "/"):
		parameter = "Tables with the ARN of this table (Reads if another action writes it, RawTables for action.Transact)"
	case service == "ses":
		parameter = "MailFrom with the address that it sends from"
	case action == "sns:Publish" && resource == "*":
		parameter = "Texts: 'on', for the code sends text messages"
	case action == "sns:Publish":
		parameter = "Topic with the ARN of this topic"
	case action == "secretsmanager:GetSecretValue":
		parameter = "Secret with the ARN of this secret"
	}
	if parameter == "" || delivery == "" {
		return ""
	}
	return "give " + delivery + " in template.yaml the parameter " + parameter
}

// sayDenied logs a refusal that a parameter would mend, with its names: what a function
// makes of the error has none. A resource of SES is an address.
func (s *Server) sayDenied(ctx context.Context, err error) {
	var denied *Denied
	if !errors.As(err, &denied) || denied.Advice == "" {
		return
	}
	attributes := []any{"function", denied.Caller, "call", denied.Action, "fix", denied.Advice}
	if !strings.HasPrefix(denied.Action, "ses:") {
		attributes = append(attributes, "resource", denied.Resource)
	}
	s.log().WarnContext(ctx, "a call is denied", attributes...)
}
