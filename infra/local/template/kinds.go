package template

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

const (
	kindFunction = "AWS::Serverless::Function"
	kindHTTPAPI  = "AWS::Serverless::HttpApi"
	kindNested   = "AWS::Serverless::Application"
	kindRule     = "AWS::Events::Rule"
	kindQueue    = "AWS::SQS::Queue"
	implicitAPI  = "ServerlessHttpApi"
)

// kind is what the local stack knows of a resource type.
type kind struct {
	name string                            // property with the physical name; "" has none
	arn  string                            // %r region, %a account, %n physical name
	ref  string                            // what Ref returns: name, arn, url or none
	run  func(s *scope, r *resource) error // nil: known, and nothing runs locally
}

var kinds map[string]kind

func init() {
	kinds = map[string]kind{
		kindFunction:                 {"FunctionName", "arn:aws:lambda:%r:%a:function:%n", "name", (*scope).function},
		kindHTTPAPI:                  {"", "", "name", (*scope).api},
		kindNested:                   {"", "", "none", (*scope).application},
		"AWS::CloudFormation::Stack": {"", "", "none", (*scope).unsupportedStack},
		"AWS::DynamoDB::Table":       {"TableName", "arn:aws:dynamodb:%r:%a:table/%n", "name", (*scope).table},
		kindQueue:                    {"QueueName", "arn:aws:sqs:%r:%a:%n", "url", (*scope).queue},
		"AWS::SQS::QueuePolicy":      {"", "", "name", (*scope).queuePolicy},
		"AWS::Events::EventBus":      {"Name", "arn:aws:events:%r:%a:event-bus/%n", "name", (*scope).bus},
		kindRule:                     {"Name", "arn:aws:events:%r:%a:rule/%n", "name", (*scope).rule},
		"AWS::IAM::Role":             {"RoleName", "arn:aws:iam::%a:role/%n", "name", (*scope).role},
		"AWS::IAM::Policy":           {"PolicyName", "", "name", (*scope).policy},
		"AWS::SecretsManager::Secret": {
			"Name", "arn:aws:secretsmanager:%r:%a:secret:%n-%h", "arn", (*scope).secret,
		},
		"AWS::SNS::Topic": {"TopicName", "arn:aws:sns:%r:%a:%n", "arn", (*scope).topic},

		"AWS::Logs::LogGroup":           {"LogGroupName", "arn:aws:logs:%r:%a:log-group:%n:*", "name", nil},
		"AWS::Logs::MetricFilter":       {"FilterName", "", "name", nil},
		"AWS::Logs::QueryDefinition":    {"Name", "", "name", nil},
		"AWS::Logs::SubscriptionFilter": {"FilterName", "", "name", nil},
		"AWS::CloudWatch::Alarm":        {"AlarmName", "arn:aws:cloudwatch:%r:%a:alarm:%n", "name", nil},
		"AWS::CloudWatch::CompositeAlarm": {
			"AlarmName", "arn:aws:cloudwatch:%r:%a:alarm:%n", "name", nil,
		},
		"AWS::CloudWatch::Dashboard":                 {"DashboardName", "", "name", nil},
		"AWS::SNS::Subscription":                     {"", "", "name", nil},
		"AWS::SNS::TopicPolicy":                      {"", "", "name", nil},
		"AWS::Lambda::Permission":                    {"", "", "name", nil},
		"AWS::Events::EventBusPolicy":                {"", "", "name", nil},
		"AWS::CloudFormation::WaitConditionHandle":   {"", "", "name", nil},
		"AWS::SES::ConfigurationSet":                 {"Name", "", "name", nil},
		"AWS::SES::ConfigurationSetEventDestination": {"", "", "name", (*scope).mailEvents},
		"AWS::SES::EmailIdentity":                    {"EmailIdentity", "", "name", nil},
		"AWS::Lambda::EventSourceMapping":            {"", "", "name", nil},
		"AWS::Scheduler::Schedule":                   {"Name", "arn:aws:scheduler:%r:%a:schedule/default/%n", "name", nil},
		"AWS::KMS::Key":                              {"", "arn:aws:kms:%r:%a:key/%n", "name", nil},
		"AWS::KMS::Alias":                            {"AliasName", "", "name", nil},
	}
}

// physical returns the resource's name: the property, or one made of the stack
// and the logical id, as CloudFormation makes one.
func (s *scope) physical(r *resource) (string, error) {
	if k := kinds[r.kind]; k.name != "" {
		v, err := s.resolve(field(r.props, k.name))
		if err != nil {
			return "", err
		}
		if name, err := toText(v); err == nil && name != "" {
			return name, nil
		}
	}
	return s.name + "-" + r.id, nil
}

func (s *scope) arn(r *resource) (string, error) {
	name, err := s.physical(r)
	if err != nil {
		return "", err
	}
	if r.kind == kindRule {
		bus, err := s.busOf(r)
		if err != nil {
			return "", err
		}
		if bus != "default" {
			name = bus + "/" + name
		}
	}
	return s.format(kinds[r.kind].arn, name), nil
}

func (s *scope) format(pattern, name string) string {
	return s.stack.format(pattern, name)
}

func (s *Stack) format(pattern, name string) string {
	return strings.NewReplacer("%r", s.Region, "%a", s.Account, "%n", name,
		"%h", fmt.Sprintf("%06x", crc32.ChecksumIEEE([]byte(name))&0xffffff)).Replace(pattern)
}

// AddSecret adds a secret that is made apart from the templates, unless it is there.
func (s *Stack) AddSecret(name string) {
	if !slices.ContainsFunc(s.Secrets, func(x Secret) bool { return x.Name == name }) {
		s.Secrets = append(s.Secrets, Secret{Name: name, ARN: s.format(kinds["AWS::SecretsManager::Secret"].arn, name)})
	}
}
