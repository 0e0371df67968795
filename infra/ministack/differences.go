package ministack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Difference is one way in which MiniStack is not AWS.
type Difference struct {
	What    string
	Edits   []Edit // what the copy of a template has instead
	Doctor  string // what payhooks doctor therefore says
	Allows  string // what it therefore decides otherwise of what credentials allow: the names of such probes match
	Who     string // the probe that these credentials allow
	Checked string // how that part is checked otherwise
}

// Edit replaces a text wherever it is in a file of the checkout.
type Edit struct{ File, Old, New string }

// Differences is everything in which MiniStack 1.5.33 differs from AWS, as far as
// the templates meet it.
func Differences() []Difference {
	return []Difference{
		{
			What: "does not fill the condition key dynamodb:LeadingKeys, so every call under it is denied",
			Edits: []Edit{{"infra/action.yaml", `                Condition:
                  ForAllValues:StringLike: {dynamodb:LeadingKeys: [!Sub '${Action}#*']}
                  'Null': {dynamodb:LeadingKeys: 'false'}
`, ""}},
			Doctor:  "is allowed",
			Allows:  "^(read|forge|change) (another's (delivery|effect)|a delivery of )",
			Who:     "read its delivery",
			Checked: "the local stack's IAM, infra/payhooks/rights_test.go; on AWS `payhooks doctor --probe`",
		},
		{
			What:    "authorizes events:ListRules against *, AWS against rule/*",
			Edits:   []Edit{{"template.yaml", listRules, anyRules}, {"infra/roles.yaml", listRules, anyRules}},
			Checked: "infra/check holds the narrower form; the local stack's IAM has AWS's rule",
		},
		{
			What: "authorizes ses:SendEmail against * whatever the content, without the key ses:FromAddress, AWS against identities",
			Edits: []Edit{{"infra/action.yaml", `                  Resource:
                    - !If [HasIdentity, !Sub 'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailIdentity}', !Sub 'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*']
                    - !If [HasConfigurationSet, !Sub 'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${MailConfigurationSet}', !Sub 'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/*']
                  Condition: {StringEquals: {ses:FromAddress: !Ref MailFrom}}
`, "                  Resource: '*'\n"}},
			Allows:  "^send (a mail from|raw content|a template)",
			Who:     "send a mail as the shop",
			Checked: "infra/check holds the narrower form; the local stack's IAM has AWS's rule",
		},
		{
			What: "passes a parameter of type Number on as text, which its pollers cannot use",
			Edits: []Edit{
				{"template.yaml", "MaximumConcurrency: !Ref ActionConcurrency", "MaximumConcurrency: 10"},
				{"template.yaml", "MaximumConcurrency: !Ref FetchConcurrency", "MaximumConcurrency: 5"},
				{"template.yaml", "ParallelizationFactor: !Ref DispatchParallelism", "ParallelizationFactor: 1"},
			},
			Checked: "SAM's translator and cfn-lint in `make validate`",
		},
		{
			What:    "does not set point-in-time recovery on a table that a stack has",
			Doctor:  "has no point-in-time recovery",
			Checked: "infra/check holds the property",
		},
		{
			What:    "does not set a time to live on a table that a stack has",
			Doctor:  "has no time to live",
			Checked: "infra/check and the local stack read the property",
		},
		{
			What:    "has no alarms on expressions in a template",
			Edits:   []Edit{{"infra/alarms.yaml", refusedMath, plainMetric}, {"infra/alarms.yaml", throttledMath, plainMetric}},
			Checked: "infra/cloudwatch evaluates them; cfn-lint in `make validate`",
		},
		{
			What: "has no saved queries",
			Edits: []Edit{
				{"infra/action.yaml", "Type: AWS::Logs::QueryDefinition", "Type: AWS::CloudFormation::WaitConditionHandle"},
				{"infra/dashboard.yaml", "Type: AWS::Logs::QueryDefinition", "Type: AWS::CloudFormation::WaitConditionHandle"},
			},
			Checked: "infra/cloudwatch runs each on what a stack wrote; cfn-lint in `make validate`",
		},
		{
			What:    "leaves an alarm without data as it is, whatever the alarm says of that, so that none is OK and can be set off",
			Doctor:  "the alarms that could be set are missing or red",
			Checked: "internal/doctor's tests; infra/check holds the property",
		},
		{
			What:    "does not note in an alarm's history what its action did",
			Doctor:  "and has not acted within",
			Checked: "internal/doctor's tests, with CloudWatch's history",
		},
		{
			What:    "does not say which stacks are nested",
			Doctor:  "begin alike",
			Checked: "internal/doctor's tests, with CloudFormation's answers",
		},
		{
			What:    "does not import an HTTP API's OpenAPI body: the route is made by two calls after the deploy",
			Checked: "SAM's translator; the local stack's gateway reads the route from the template",
		},
		{
			What:    "forgets the attributes of what does not change when a nested stack is updated: they are spelt out",
			Edits:   spelt(),
			Checked: "SAM's translator and cfn-lint; infra/check follows each reference",
		},
		{
			What:    "gives SAM's translator the defaults of parameters only: a release is the default of Release here",
			Checked: "infra/check, with SAM's translator and the parameters",
		},
		{
			What:    "has no CodeDeploy: the alias of a canary is moved at once",
			Checked: "SAM's translator in infra/check; cfn-lint",
		},
		{
			What:    "has template URLs that `sam delete` cannot parse: stacks are deleted by CloudFormation's own call",
			Checked: "`sam delete` is that call, after it has deleted the uploads",
		},
		{
			What:    "keeps mails instead of sending them, without their tags",
			Checked: "their number is compared here with the ledger, their contents in `make demo`",
		},
		{
			What:    "does not refuse to create a table, a secret or a queue that exists: a deploy is made to fail by a metric filter on a log group that does not",
			Checked: "infra/check: tables and secrets are in infra/data.yaml, which a new stack of the functions does not create",
		},
	}
}

// The metrics of the alarms on an expression, and one in their place.
const (
	refusedMath = `      Metrics:
        - {Id: result, Expression: 'IF(undelivered > 0 AND unmatched > 0 AND accepted == 0, 1, 0)'}
        - {Id: undelivered, ReturnData: false, MetricStat: {Stat: Sum, Period: 900, Metric: {Namespace: !Sub 'payhooks/${Stack}', MetricName: undelivered}}}
        - {Id: unmatched, ReturnData: false, MetricStat: {Stat: Sum, Period: 900, Metric: {Namespace: !Sub 'payhooks/${Stack}', MetricName: unmatched}}}
        - {Id: accepted, ReturnData: false, MetricStat: {Stat: Sum, Period: 900, Metric: {Namespace: !Sub 'payhooks/${Stack}', MetricName: accepted}}}
`
	throttledMath = `      Metrics:
        - {Id: result, Expression: 'IF(undelivered > 0 AND (FILL(refused, 0) > 0 OR FILL(throttled, 0) > 0), 1, 0)'}
        - {Id: undelivered, ReturnData: false, MetricStat: {Stat: Sum, Period: 900, Metric: {Namespace: !Sub 'payhooks/${Stack}', MetricName: undelivered}}}
        - {Id: refused, ReturnData: false, MetricStat: {Stat: Sum, Period: 900, Metric: {Namespace: !Sub 'payhooks/${Stack}', MetricName: edge-throttled}}}
        - {Id: throttled, ReturnData: false, MetricStat: {Stat: Sum, Period: 900, Metric: {Namespace: AWS/Lambda, MetricName: Throttles, Dimensions: [{Name: FunctionName, Value: !Ref Ingest}]}}}
`
	listRules   = "Action: events:ListRules, Resource: !Sub 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/*'"
	anyRules    = "Action: events:ListRules, Resource: '*'"
	plainMetric = `      Namespace: !Sub 'payhooks/${Stack}'
      MetricName: undelivered
      Statistic: Sum
      Period: 900
`
)

// spelt has ARNs and names of an action's resources instead of their attributes.
func spelt() []Edit {
	const file, here = "infra/action.yaml", "${AWS::Region}:${AWS::AccountId}"
	return []Edit{
		{file, "!GetAtt Queue.Arn", "!Sub 'arn:aws:sqs:" + here + ":${Stack}-${Action}'"},
		{file, "!GetAtt DeadLetters.Arn", "!Sub 'arn:aws:sqs:" + here + ":${Stack}-${Action}-dead'"},
		{file, "!GetAtt Queue.QueueName", "!Sub '${Stack}-${Action}'"},
		{file, "!GetAtt Rule.Arn", "!Sub 'arn:aws:events:" + here + ":rule/${Bus}/${Action}'"},
		{file, "!GetAtt Logs.Arn", "!Sub 'arn:aws:logs:" + here + ":log-group:/${Stack}/${Action}:*'"},
		{file, "!GetAtt Role.Arn", "!Sub 'arn:aws:iam::${AWS::AccountId}:role/${Stack}-${Action}'"},
		{"samconfig.toml", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"},
		{file, "      AssumeRolePolicyDocument:", "      RoleName: !Sub '${Stack}-${Action}'\n      AssumeRolePolicyDocument:"},
	}
}

// borrowed lets the account's root assume the roles of functions, which are Lambda's alone,
// for the test of what their credentials allow.
func borrowed() (edits []Edit) {
	for _, file := range []string{"template.yaml", "infra/action.yaml"} {
		edits = append(edits, Edit{file, "Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole", "Principal: {Service: lambda.amazonaws.com, AWS: !Ref AWS::AccountId}, Action: sts:AssumeRole"})
	}
	return edits
}

// Adapt makes the checkout's templates deployable to MiniStack, and lets the
// functions call the Stripe API at stripe. In an older commit a text may be
// missing.
func Adapt(dir, stripe string, older bool) error {
	edits := append(borrowed(), Edit{"template.yaml", "STRIPE_API_BASE: ''", "STRIPE_API_BASE: " + stripe})
	for _, d := range Differences() {
		edits = append(edits, d.Edits...)
	}
	if older { // had an alarm on them
		edits = append(edits, Edit{"infra/action.yaml", "!GetAtt DeadLetters.QueueName", "!Sub '${Stack}-${Action}-dead'"})
	}
	return apply(dir, older, edits...)
}

// Apply changes files of the checkout. A text that is not there is an error.
func Apply(dir string, edits ...Edit) error { return apply(dir, false, edits...) }

func apply(dir string, older bool, edits ...Edit) error {
	for _, e := range edits {
		file := filepath.Join(dir, e.File)
		data, err := os.ReadFile(file) //nolint:gosec // of the copy
		if older && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		text := strings.ReplaceAll(string(data), e.Old, e.New)
		if text == string(data) && !older {
			return fmt.Errorf("%s has no %q any more: bring the edit up to date", e.File, e.Old)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil { //nolint:gosec // of the copy
			return err
		}
	}
	return nil
}
