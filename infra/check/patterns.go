package check

import "regexp"

// patterns are the resources with a wildcard that a role may name, after the account, with
// x for each variable. A role's own logical id limits most of them to one function.
var patterns = []struct {
	role, actions, resource string // regular expressions
	because                 string
}{
	{
		".*", "secretsmanager:GetSecretValue", `secret:x/[A-Za-z0-9_-]+-\?{6}`,
		"one secret: AWS ends the ARN of each with a hyphen and six characters, so that the ARN of any other name is longer or differs before them",
	},
	{
		"IngestRole", "secretsmanager:GetSecretValue", `secret:x/webhooks/\*`,
		"one secret for each endpoint; CloudFormation cannot take their names out of the parameter Endpoints",
	},
	{
		"DispatchRole", "dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)", `table/x-events/stream/\*`,
		"the streams of one table, whose ARNs end with the time of their making",
	},
	{
		"DispatchRole|FetchPolicy|ReconcileRole", "events:ListRules", `rule/\*`,
		"AWS asks for all rules of the account, whatever the bus",
	},
	{
		"ReconcileRole", "sqs:GetQueue(Url|Attributes)", `x-\*`,
		"nothing is redelivered to an action whose queue is full; the right reads counters and no message",
	},
	{
		"CanaryRole", "lambda:(GetAlias|GetProvisionedConcurrencyConfig|UpdateAlias)", `function:x-\*`,
		"the aliases of the stack's functions, whose names CloudFormation makes",
	},
	{
		"CanaryRole", "cloudwatch:DescribeAlarms", `alarm:x-\*`,
		"an alarm takes a canary back, whose name the action has",
	},
	{
		"Role", "ses:SendEmail", `(identity|configuration-set)/\*`,
		"SES may ask for the recipient's identity too; checkMail holds the condition on the sender",
	},
}

// permitted reports whether a role's resource is a pattern that the list has.
func permitted(role, action, resource string) bool {
	for _, p := range patterns {
		if whole(p.role, role) && whole(p.actions, action) && whole(arnOf+p.resource, resource) {
			return true
		}
	}
	return false
}

// arnOf is what precedes the resource in an ARN of this region and account.
const arnOf = "arn:x:[a-z]+:x:x:"

// whole reports whether all of a text matches.
func whole(pattern, text string) bool {
	return regexp.MustCompile("^(?:" + pattern + ")$").MatchString(text)
}
