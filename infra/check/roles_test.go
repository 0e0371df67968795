package check

import (
	"encoding/json"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// managed are the statements of a managed policy of infra/roles.yaml.
func managed(t *testing.T, s *stack, id string) (statements []any) {
	t.Helper()
	if statements = list(at(s.props(id), "PolicyDocument", "Statement")); len(statements) == 0 {
		t.Fatalf("infra/roles.yaml has no %s", id)
	}
	return statements
}

func roles(t *testing.T) *stack {
	t.Helper()
	s, err := loadNested(os.DirFS(repository), "infra/roles.yaml", &stack{})
	if err != nil {
		t.Fatal(err)
	}
	s.data = &stack{}
	s.give(map[string]string{"Stack": "shop", "Repository": "o/r", "AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "123456789012"})
	return s
}

// made is what CloudFormation calls to create and delete a type, and the ARN, after the
// service, of one that the stack shop has.
var made = map[string]struct {
	calls []string
	arn   string
}{
	function:                     {[]string{"lambda:CreateFunction", "lambda:DeleteFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:GetFunction", "lambda:TagResource"}, "lambda:eu-west-1:123456789012:function:shop-Ingest-A1"},
	httpAPI:                      {[]string{"apigateway:POST", "apigateway:DELETE", "apigateway:PATCH"}, "apigateway:eu-west-1::/apis/a1"},
	queue:                        {[]string{"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:GetQueueAttributes"}, "sqs:eu-west-1:123456789012:shop-fetch-dead"},
	queuePolicy:                  {[]string{"sqs:SetQueueAttributes"}, "sqs:eu-west-1:123456789012:shop-fetch"},
	topic:                        {[]string{"sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes"}, "sns:eu-west-1:123456789012:shop-alarms"},
	topicPolicy:                  {[]string{"sns:SetTopicAttributes"}, "sns:eu-west-1:123456789012:shop-alarms"},
	bus:                          {[]string{"events:CreateEventBus", "events:DeleteEventBus", "events:UpdateEventBus"}, "events:eu-west-1:123456789012:event-bus/shop"},
	rule:                         {[]string{"events:PutRule", "events:DeleteRule", "events:PutTargets", "events:RemoveTargets"}, "events:eu-west-1:123456789012:rule/shop/fetch"},
	role:                         {[]string{"iam:CreateRole", "iam:DeleteRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:PassRole"}, "iam::123456789012:role/shop-IngestRole-A1"},
	logGroup:                     {[]string{"logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:AssociateKmsKey"}, "logs:eu-west-1:123456789012:log-group:/shop/ingest"},
	filter:                       {[]string{"logs:PutMetricFilter", "logs:DeleteMetricFilter"}, "logs:eu-west-1:123456789012:log-group:/shop/ingest"},
	alarm:                        {[]string{"cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"}, "cloudwatch:eu-west-1:123456789012:alarm:shop-Alarms-A1-Lag"},
	application:                  {[]string{"cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:DeleteStack", "cloudformation:DescribeStacks"}, "cloudformation:eu-west-1:123456789012:stack/shop-Alarms-A1/1"},
	table:                        {[]string{"dynamodb:CreateTable", "dynamodb:UpdateTable", "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTimeToLive"}, "dynamodb:eu-west-1:123456789012:table/shop-events"},
	secret:                       {[]string{"secretsmanager:CreateSecret", "secretsmanager:UpdateSecret"}, "secretsmanager:eu-west-1:123456789012:secret:shop/stripe-abcdef"},
	"AWS::IAM::Policy":           {[]string{"iam:PutRolePolicy", "iam:DeleteRolePolicy"}, "iam::123456789012:role/shop-IngestRole-A1"},
	"AWS::SNS::Subscription":     {[]string{"sns:Subscribe"}, "sns:eu-west-1:123456789012:shop-alarms"},
	"AWS::CloudWatch::Dashboard": {[]string{"cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"}, "cloudwatch::123456789012:dashboard/shop"},
	"AWS::SES::ConfigurationSetEventDestination": {[]string{"ses:CreateConfigurationSetEventDestination", "ses:DeleteConfigurationSetEventDestination"}, "ses:eu-west-1:123456789012:configuration-set/mails"},
	"AWS::Logs::QueryDefinition":                 {[]string{"logs:PutQueryDefinition", "logs:DeleteQueryDefinition"}, "logs:eu-west-1:123456789012:query-definition:1"},
	"AWS::ApiGatewayV2::DomainName":              {[]string{"apigateway:POST", "apigateway:DELETE"}, "apigateway:eu-west-1::/domainnames/hooks.example.com"},
	"AWS::ApiGatewayV2::ApiMapping":              {[]string{"apigateway:POST", "apigateway:DELETE"}, "apigateway:eu-west-1::/domainnames/hooks.example.com/apimappings"},
	// What SAM makes of events, transforms, uploads and access logs.
	"sam":        {[]string{"cloudformation:CreateChangeSet"}, "cloudformation:eu-west-1:aws:transform/Serverless-2016-10-31"},
	"s3":         {[]string{"s3:PutObject", "s3:GetObject"}, "s3:::aws-sam-cli-managed-default-samclisourcebucket-a1/payhooks/1"},
	"log":        {[]string{"logs:CreateLogDelivery", "logs:PutResourcePolicy", "logs:DescribeLogGroups"}, "logs:eu-west-1:123456789012:log-group:any"},
	"esm":        {[]string{"lambda:CreateEventSourceMapping", "lambda:UpdateEventSourceMapping"}, "lambda:eu-west-1:123456789012:event-source-mapping:1"},
	"codedeploy": {[]string{"codedeploy:CreateDeployment"}, "codedeploy:eu-west-1:123456789012:deploymentgroup:shop-App-1/shop-Group-2"},
}

// others are resources of which the deploy role must reach nothing.
var others = []string{
	"iam::123456789012:role/payhooks-deploy-shop", "iam::123456789012:role/admin", "lambda:eu-west-1:123456789012:function:shopping",
	"dynamodb:eu-west-1:123456789012:table/crm", "secretsmanager:eu-west-1:123456789012:secret:crm/key-abcdef", "sqs:eu-west-1:123456789012:crm",
	"cloudformation:eu-west-1:123456789012:stack/crm/1", "s3:::backups/1",
}

// allows finds a statement that lets a call reach a resource.
func allows(s *stack, statements []any, call, arn string) bool {
	return slices.ContainsFunc(statements, func(st any) bool {
		return slices.Contains(s.spread(at(st, "Action")), call) && slices.ContainsFunc(s.spread(at(st, "Resource")), func(pattern string) bool {
			return pattern == "*" || like(pattern, "arn:aws:"+arn)
		})
	})
}

// like matches as IAM does: a star also for slashes.
func like(pattern, text string) bool {
	flat := strings.NewReplacer("/", "\x00").Replace
	ok, err := path.Match(flat(pattern), flat(text))
	return err == nil && ok
}

func TestDeployRoleMayMakeWhatTheTemplatesHaveAndNoMore(t *testing.T) {
	s := roles(t)
	statements := slices.Concat(managed(t, s, "DeployStacks"), managed(t, s, "DeployFunctions"), managed(t, s, "DeployData"))
	used := map[string]bool{"sam": true, "s3": true, "log": true, "esm": true, "codedeploy": true}
	for n := range given(t, nil).all() {
		for id := range n.resources {
			used[n.kind(id)] = true
		}
	}
	for kind := range used {
		need, known := made[kind]
		if !known {
			t.Errorf("the templates have %s: add what CloudFormation calls for it to infra/roles.yaml and to this test", kind)
		}
		for _, call := range need.calls {
			if !allows(s, statements, call, need.arn) {
				t.Errorf("%s: the deploy role lacks %s on %s", kind, call, need.arn)
			}
		}
	}
	for _, st := range statements {
		for _, call := range s.spread(at(st, "Action")) {
			if strings.Contains(call, "*") || slices.Contains([]string{"secretsmanager:GetSecretValue", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "lambda:InvokeFunction"}, call) {
				t.Errorf("the deploy role may %s: it deploys, it reads nothing", call)
			}
			if at(st, "Condition") != nil {
				continue
			}
			for _, arn := range others {
				if service, _, _ := strings.Cut(arn, ":"); strings.HasPrefix(call, service+":") && slices.ContainsFunc(s.spread(at(st, "Resource")), func(p string) bool { return p != "*" && like(p, "arn:aws:"+arn) }) {
					t.Errorf("the deploy role may %s on %s, which is not the stack's", call, arn)
				}
			}
		}
	}
}

func TestOperatorReadsAndActsAndChangesNoInfrastructure(t *testing.T) {
	s := roles(t)
	statements := managed(t, s, "OperateStack")
	for call, arn := range map[string]string{
		"dynamodb:Query": "dynamodb:eu-west-1:123456789012:table/shop-events/index/received", "dynamodb:UpdateItem": "dynamodb:eu-west-1:123456789012:table/shop-deliveries",
		"secretsmanager:PutSecretValue": "secretsmanager:eu-west-1:123456789012:secret:shop/webhooks/default-abcdef", "lambda:InvokeFunction": "lambda:eu-west-1:123456789012:function:shop-Reconcile-A1",
		"sqs:ReceiveMessage": "sqs:eu-west-1:123456789012:shop-fetch-dead", "events:PutEvents": "events:eu-west-1:123456789012:event-bus/shop", "events:ListRules": "events:eu-west-1:123456789012:rule/shop/fetch",
		// What the runbook sends operators to: payhooks logs, the dashboard, the saved queries.
		"logs:FilterLogEvents": "logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/shop/api:*", "logs:StartQuery": "logs:eu-west-1:123456789012:log-group:/shop/ingest:*",
		"cloudwatch:GetDashboard": "cloudwatch::123456789012:dashboard/shop", "cloudwatch:GetMetricData": "*", "logs:DescribeQueryDefinitions": "*",
		// connect creates the secret of a further endpoint under the key of the stack.
		"secretsmanager:CreateSecret": "secretsmanager:eu-west-1:123456789012:secret:shop/webhooks/connect-abcdef", "kms:GenerateDataKey": "kms:eu-west-1:123456789012:key/1", "kms:Decrypt": "kms:eu-west-1:123456789012:key/1",
	} {
		if !allows(s, statements, call, arn) {
			t.Errorf("operators lack %s on %s", call, arn)
		}
	}
	for _, st := range statements {
		for _, call := range s.spread(at(st, "Action")) {
			if service, verb, _ := strings.Cut(call, ":"); service == "iam" || strings.Contains(call, "*") || strings.HasPrefix(verb, "Update") && service != "dynamodb" || strings.HasPrefix(verb, "DeleteTable") {
				t.Errorf("operators may %s, which changes what is deployed", call)
			}
		}
	}
}

// largestPolicy is IAM's limit on a managed policy, in characters without white space.
const largestPolicy = 6144

func TestManagedPoliciesAreNotTooLarge(t *testing.T) {
	s := roles(t)
	s.args["Stack"] = strings.Repeat("s", longestStack)
	for _, id := range []string{"DeployStacks", "DeployFunctions", "DeployData", "OperateStack"} {
		text, err := json.Marshal(plain(s, s.props(id)["PolicyDocument"]))
		if err != nil || len(text) > largestPolicy {
			t.Errorf("%s has %d characters, and IAM takes %d: %v", id, len(text), largestPolicy, err)
		}
	}
}

// plain is a value with its texts filled in.
func plain(s *stack, v any) any {
	v = s.chosen(v)
	if t := s.text(v); t != "" {
		return t
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k := range v {
			out[k] = plain(s, v[k])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(s, v[i])
		}
		return out
	}
	return v
}

func TestOnlyTheRepositorysEnvironmentTakesTheDeployRole(t *testing.T) {
	s := roles(t)
	for _, st := range list(at(s.props("Deploy"), "AssumeRolePolicyDocument", "Statement")) {
		sub := s.text(at(st, "Condition", "StringEquals", "token.actions.githubusercontent.com:sub"))
		if sub != "repo:o/r:environment:live" {
			t.Errorf("the deploy role is taken by %q", sub)
		}
	}
}

func TestStackPolicyKeepsTablesAndSecrets(t *testing.T) {
	data, err := os.ReadFile(repository + "/infra/stack-policy.json")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Statement []struct {
			Effect    string
			Action    any
			Condition struct {
				StringEquals struct{ ResourceType []string }
			}
		}
	}
	if err := json.Unmarshal(data, &policy); err != nil {
		t.Fatal(err)
	}
	for kind := range map[string]bool{table: true, secret: true} {
		kept := false
		for _, st := range policy.Statement {
			kept = kept || st.Effect == "Deny" && slices.Contains(st.Condition.StringEquals.ResourceType, kind) &&
				slices.Equal(list(st.Action), []any{"Update:Replace", "Update:Delete"})
		}
		if !kept {
			t.Errorf("infra/stack-policy.json lets an update replace or delete %s", kind)
		}
	}
}
