package template

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// write puts the files into a fresh folder and returns template.yaml's path.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "template.yaml")
}

func load(t *testing.T, params map[string]string, files map[string]string) (*Stack, error) {
	t.Helper()
	return Load(write(t, files), Options{Name: "local", Region: "us-east-1", Account: "000000000000", Parameters: params})
}

const pipeline = `
Parameters:
  Retention: {Type: Number, Default: 400}
  Mail: {Type: String, Default: "off", AllowedValues: ["off", always]}
Conditions:
  Mails: !Not [!Equals [!Ref Mail, "off"]]
Globals:
  Function:
    Runtime: provided.al2023
    Timeout: 10
    Environment: {Variables: {STACK: !Ref AWS::StackName, RETENTION_DAYS: !Ref Retention}}
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Ref AWS::StackName}}
  Events:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "${AWS::StackName}-events"
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      TimeToLiveSpecification: {Enabled: true, AttributeName: expires}
  Ingest:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/ingest
      Timeout: 30
      Environment: {Variables: {MAIL: !If [Mails, !Ref Mail, none]}}
      Policies:
        - Version: 2012-10-17
          Statement: {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Events.Arn}
      Events:
        Post: {Type: HttpApi, Properties: {Method: any, Path: "/webhooks/{endpoint}"}}
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Events.StreamArn
            StartingPosition: TRIM_HORIZON
            FunctionResponseTypes: [ReportBatchItemFailures]
            FilterCriteria: {Filters: [{Pattern: '{"a":["b"]}'}]}
  Act:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/act
      Role: !GetAtt ActDelivery.Outputs.Role
      LoggingConfig: {LogGroup: !GetAtt ActDelivery.Outputs.Logs, LogFormat: JSON}
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt ActDelivery.Outputs.Queue, ScalingConfig: {MaximumConcurrency: 7}}}
  ActDelivery:
    Type: AWS::Serverless::Application
    Properties:
      Location: infra/action.yaml
      Parameters: {Action: act, Bus: !Ref Bus, EventTypes: "a.b,c.d"}
  Board: {Type: AWS::CloudWatch::Dashboard, Properties: {DashboardBody: !GetAtt Strange.Thing}}
  Strange: {Type: AWS::Strange::Thing}
`

const action = `
Parameters:
  Action: {Type: String}
  Bus: {Type: String}
  EventTypes: {Type: CommaDelimitedList}
Resources:
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "/act/${Action}"}}
  Dead: {Type: AWS::SQS::Queue}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Join ["-", [q, !Ref Action]]
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
  Allow:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt Queue.Arn
            Condition: {ArnEquals: {aws:SourceArn: !GetAtt Rule.Arn}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      Name: !Ref Action
      EventBusName: !Ref Bus
      EventPattern: {detail-type: !Ref EventTypes, detail: {only: [{exists: false}, !Ref Action]}}
      Targets: [{Id: queue, Arn: !GetAtt Queue.Arn, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}, RetryPolicy: {MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60}}]
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: [sqs:ReceiveMessage], Resource: [!GetAtt Queue.Arn]}]}}]
Outputs:
  Queue: {Value: !GetAtt Queue.Arn}
  Role: {Value: !GetAtt Role.Arn}
  Logs: {Value: !Ref Logs}
`

func TestAPipelineWithANestedStackIsResolvedWhole(t *testing.T) {
	st, err := load(t, map[string]string{"Mail": "always"}, map[string]string{"template.yaml": pipeline, "infra/action.yaml": action})
	if err != nil {
		t.Fatal(err)
	}
	const sqs = "arn:aws:sqs:us-east-1:000000000000:"
	const stream = "arn:aws:dynamodb:us-east-1:000000000000:table/local-events/stream/2026-01-01T00:00:00.000"
	check := func(what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("environment", st.Functions[0].Env, map[string]string{"STACK": "local", "RETENTION_DAYS": "400", "MAIL": "always"})
	check("timeouts", []time.Duration{st.Functions[0].Timeout, st.Functions[1].Timeout}, []time.Duration{30 * time.Second, 10 * time.Second})
	check("route", st.Routes, []Route{{"ANY", "/webhooks/{endpoint}", "Ingest"}})
	check("role of the nested stack", st.Functions[1].Role, "arn:aws:iam::000000000000:role/local-ActDelivery-Role")
	check("log group of the nested stack", st.Functions[1].Logging, Logging{Group: "/act/act", Format: "JSON", Level: "INFO"})
	check("queue source", st.Pollers, []QueueSource{{Function: "Act", Queue: sqs + "q-act", BatchSize: 10, MaxConcurrency: 7}})
	check("stream source", st.Streams, []StreamSource{{
		Function: "Ingest", Stream: stream, BatchSize: 100, MaxRetries: -1,
		Filters: []string{`{"a":["b"]}`}, PartialBatch: true, Parallel: 1,
	}})
	check("rule", st.Rules, []Rule{{
		Name: "act", ARN: "arn:aws:events:us-east-1:000000000000:rule/local/act", Bus: "local",
		Pattern: `{"detail":{"only":[{"exists":false},"act"]},"detail-type":["a.b","c.d"]}`,
		Targets: []Target{{ID: "queue", ARN: sqs + "q-act", DeadLetter: sqs + "local-ActDelivery-Dead", MaxAge: time.Minute, MaxRetries: 3}},
	}})
	check("queue policy", st.Queues[1].Policy.Statements[0].Conditions,
		map[string]map[string][]string{"ArnEquals": {"aws:SourceArn": {"arn:aws:events:us-east-1:000000000000:rule/local/act"}}})
	check("dead letters", []any{st.Queues[1].DeadLetter, st.Queues[1].MaxReceiveCount}, []any{st.Queues[0].ARN, 5})
	check("inline policy", st.Roles[st.Functions[0].Role].Policies[0].Statements[0].Resources,
		[]string{"arn:aws:dynamodb:us-east-1:000000000000:table/local-events"})
	check("table", []string{st.Tables[0].TTL, st.Tables[0].View, st.Tables[0].StreamARN}, []string{"expires", "NEW_IMAGE", stream})
}

const partnerBus = `
Parameters: {Source: {Type: String, Default: ""}}
Conditions: {HasSource: !Not [!Equals [!Ref Source, ""]]}
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Ref AWS::StackName}}
  Partner: {Type: AWS::Events::EventBus, Condition: HasSource, Properties: {Name: !Ref Source, EventSourceName: !Ref Source}}
  Queue: {Type: AWS::SQS::Queue}
  Rule:
    Type: AWS::Events::Rule
    Condition: HasSource
    Properties: {Name: r, EventBusName: !GetAtt Partner.Arn, EventPattern: {source: [!Ref Source]}, Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]}
`

func TestPartnerBusKeepsTheSlashesOfItsName(t *testing.T) {
	const source = "aws.partner/stripe.com/ed_1"
	for _, text := range []string{partnerBus, strings.Replace(partnerBus, "!GetAtt Partner.Arn", "!Ref Partner", 1)} {
		st, err := load(t, map[string]string{"Source": source}, map[string]string{"template.yaml": text})
		if err != nil {
			t.Fatal(err)
		}
		bus := Bus{Name: source, ARN: "arn:aws:events:us-east-1:000000000000:event-bus/" + source, Source: source}
		if len(st.Buses) != 2 || st.Buses[1] != bus || st.Buses[0].Source != "" {
			t.Errorf("buses %+v", st.Buses)
		}
		if r := st.Rules[0]; r.Bus != source || r.ARN != "arn:aws:events:us-east-1:000000000000:rule/"+source+"/r" {
			t.Errorf("rule %+v", r)
		}
	}
	for old, want := range map[string]string{"Name: !Ref Source, Ev": "must have the name of its event source", ", EventSourceName: !Ref Source": "set its EventSourceName"} {
		replaced := map[string]string{"Name: !Ref Source, Ev": "Name: other, Ev"}[old]
		_, err := load(t, map[string]string{"Source": source}, map[string]string{"template.yaml": strings.Replace(partnerBus, old, replaced, 1)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if st, err := load(t, nil, map[string]string{"template.yaml": partnerBus}); err != nil || len(st.Buses) != 1 || len(st.Rules) != 0 {
		t.Errorf("without a source: %+v, %v", st, err)
	}
}

// value resolves one expression as an environment variable.
func value(t *testing.T, expr string) (string, error) {
	t.Helper()
	st, err := load(t, nil, map[string]string{"template.yaml": `
Parameters: {P: {Type: String, Default: p}, L: {Type: CommaDelimitedList, Default: "x, y"}}
Mappings: {M: {a: {b: found}}}
Conditions:
  Yes: !Equals [!Ref P, p]
  No: !Not [{Condition: Yes}]
  Both: !And [{Condition: Yes}, !Or [{Condition: No}, {Condition: Yes}]]
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Odd: {Type: AWS::Odd::One}
  Gone: {Type: AWS::SNS::Topic, Condition: No}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      CodeUri: f
      Environment: {Variables: {V: ` + expr + `}}
`, "infra/data.yaml": `
Parameters: {Stack: {Type: String}}
Resources: {Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub '${Stack}-t'}}}
Outputs: {Table: {Value: !GetAtt Table.Arn, Export: {Name: !Sub '${Stack}-table'}}}
`})
	if err != nil {
		return "", err
	}
	return st.Functions[0].Env["V"], nil
}

func TestIntrinsicsResolveAsCloudFormationDoes(t *testing.T) {
	for expr, want := range map[string]string{
		`!Ref P`: "p",
		`!ImportValue {"Fn::Sub": "${AWS::StackName}-table"}`: "arn:aws:dynamodb:us-east-1:000000000000:table/local-t",
		`!Ref L`:                                                "x,y",
		`!Join ["+", !Ref L]`:                                   "x+y",
		`!Select [1, !Split [".", a.b.c]]`:                      "b",
		`!FindInMap [M, a, b]`:                                  "found",
		`!If [Both, one, two]`:                                  "one",
		`!If [No, one, !Ref AWS::Region]`:                       "us-east-1",
		`!If [No, one, !Ref AWS::NoValue]`:                      "",
		`{"Fn::Sub": "${P}-${!P}-${AWS::AccountId}"}`:           "p-${P}-000000000000",
		`!Sub ["${Q}/${Topic.TopicName}", {Q: !Ref P}]`:         "p/local-Topic",
		`!Ref Topic`:                                            "arn:aws:sns:us-east-1:000000000000:local-Topic",
		`{"Fn::GetAtt": [F, Arn]}`:                              "arn:aws:lambda:us-east-1:000000000000:function:local-F",
		`!GetAtt FRole.Arn`:                                     "arn:aws:iam::000000000000:role/local-FRole",
		`!Base64 hi`:                                            "aGk=",
		`!Sub "https://${ServerlessHttpApi}.${AWS::URLSuffix}"`: "https://local-ServerlessHttpApi.amazonaws.com",
	} {
		t.Run(expr, func(t *testing.T) {
			got, err := value(t, expr)
			if err != nil || got != want {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		})
	}
}

func TestAReferenceThatCannotBeResolvedNamesFileLineAndRemedy(t *testing.T) {
	for expr, want := range map[string]string{
		`!Ref Nothing`:        "template.yaml:17: !Ref Nothing refers to nothing",
		`!GetAtt Topic.Armed`: "template.yaml:17: !GetAtt Topic.Armed: a resource of type AWS::SNS::Topic has no attribute Armed",
		`!Ref Odd`:            "type AWS::Odd::One, which the local stack does not have; make it a parameter",
		`!Ref Gone`:           "condition is false",
		`!ImportValue other`:  "finds no export other; infra/data.yaml exports",
		`!GetAZs here`:        "Fn::GetAZs is not supported",
		`!Select [9, [a]]`:    "has no entry",
		`!If [What, a, b]`:    "there is no condition What",
	} {
		t.Run(expr, func(t *testing.T) {
			_, err := value(t, expr)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v; want %q", err, want)
			}
		})
	}
}

func TestMistakesBetweenTemplatesAreFound(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"misspelt parameter": {"EventTypes: \"a.b,c.d\"", "EventType: x", "has no default and no value"},
		"extra parameter":    {"Action: act,", "Action: act, Extra: x,", "passes the parameter Extra, which infra/action.yaml does not have; it has Action, Bus, EventTypes"},
		"misspelt output":    {"Outputs.Role", "Outputs.Roll", "infra/action.yaml has no output Roll; it has Logs, Queue, Role"},
		"cycle":              {"Action: act,", "Action: !GetAtt ActDelivery.Outputs.Logs,", "needs its own outputs"},
		"missing file":       {"infra/action.yaml", "infra/acton.yaml", "cannot read the template"},
		"other runtime":      {"Runtime: provided.al2023", "Runtime: nodejs22.x", "need provided.al2023"},
		"other event":        {"{Type: SQS,", "{Type: Kinesis,", "the local stack runs DynamoDB, HttpApi, SQS, Schedule, ScheduleV2"},
		"not a number":       {"Timeout: 30", "Timeout: soon", "Timeout must be a whole number, and is soon"},
		"value not allowed":  {`Default: "off"`, "Default: never", "may be one of off, always"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(pipeline, c.old, c.new, 1)
			_, err := load(t, nil, map[string]string{"template.yaml": text, "infra/action.yaml": action})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v; want %q", err, c.want)
			}
		})
	}
}

func TestFunctionIsFoundByItsLogicalID(t *testing.T) {
	for id, want := range map[string]string{"Ingest": "ingest", "NotifyChurn": "notify-churn", "PostToERP2": "post-to-erp2"} {
		if got := Folder(id); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
}
