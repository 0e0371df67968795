package check

import (
	"strings"
	"testing"
)

// query is the statement that lets an action find the events of a subject.
const query = `                - Effect: Allow
                  Action: dynamodb:Query
                  Resource: !Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Stack}-events/index/subject'
`

func TestRow66RightsBeyondWorkAreReported(t *testing.T) {
	refuses(t, "testdata/rights.yaml")
}

func TestRolesWiderThanTheirActionAreReported(t *testing.T) {
	refuses(t, "testdata/ledger.yaml")
}

const churn = "!Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-churn'"

func TestNarrowerFormsOfAnActionRolePass(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		edit
	}{
		"fewer actions":     {"infra/action.yaml", edit{"[dynamodb:BatchGetItem, dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem]", "dynamodb:GetItem"}},
		"guard as boolean":  {"infra/action.yaml", edit{"'Null': {dynamodb:LeadingKeys: 'false'}", "'Null': {dynamodb:LeadingKeys: false}"}},
		"pattern by join":   {"infra/action.yaml", edit{"!Sub '${Action}#*'", "!Join ['', [!Ref Action, '#*']]"}},
		"another condition": {"infra/action.yaml", edit{"'Null': {dynamodb:LeadingKeys: 'false'}", "'Null': {dynamodb:LeadingKeys: 'false'}\n                  Bool: {aws:SecureTransport: 'true'}"}},
		"deny of an index":  {"infra/action.yaml", edit{query, strings.NewReplacer("Allow", "Deny", "-events", "-deliveries").Replace(query) + query}},
		"raw tables":        {"template.yaml", edit{"Tables: " + churn, "RawTables: " + churn}},
	} {
		t.Run(name, func(t *testing.T) {
			files := withActions(t)
			apply(t, files, c.file, c.edit)
			problems, err := check(files, "template.yaml")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problems {
				t.Error(p)
			}
		})
	}
}
