package doctor

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"go.yaml.in/yaml/v3"

	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/doctor/calls"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/lambdacall"
	"github.com/payhooks/payhooks/internal/secret"
)

// denying is the configuration of clients that AWS denies every call, in the
// form of each protocol.
func denying(t *testing.T) aws.Config {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		answer := `{"__type":"AccessDeniedException","message":"no"}`
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			answer = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
			if strings.Contains(r.Header.Get("Authorization"), "/sns/") {
				answer = strings.Replace(answer, "AccessDenied", "AuthorizationError", 1)
			}
		}
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		HTTPClient:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}
}

func TestDeniedCallsNameTheMissingRight(t *testing.T) {
	cfg := denying(t)
	stacks, tables, functions, others := cloudformation.New(cfg, time.Now), ddb.New(cfg, time.Now), lambdacall.New(cfg, time.Now), calls.New(cfg, time.Now)
	name := "x"
	table := &ddb.DescribeTableInput{TableName: &name}
	for right, call := range map[string]func(context.Context) error{
		"cloudformation:DescribeStacks": func(ctx context.Context) error {
			_, err := stacks.DescribeStacks(ctx, "")
			return err
		},
		"cloudformation:ListStackResources": func(ctx context.Context) error {
			_, err := stacks.ListStackResources(ctx, name)
			return err
		},
		"secretsmanager:GetSecretValue": func(ctx context.Context) error {
			_, err := secret.Get(ctx, secret.Manager(cfg, time.Now), name)
			return err
		},
		"ses:GetAccount": func(ctx context.Context) error {
			_, err := others.GetAccount(ctx)
			return err
		},
		"ses:GetEmailIdentity": func(ctx context.Context) error {
			_, err := others.GetEmailIdentity(ctx, name)
			return err
		},
		"lambda:GetAccountSettings": func(ctx context.Context) error {
			_, err := functions.GetAccountSettings(ctx)
			return err
		},
		"lambda:GetFunctionConfiguration": func(ctx context.Context) error {
			_, err := functions.GetFunctionConfiguration(ctx, name)
			return err
		},
		"lambda:ListEventSourceMappings": func(ctx context.Context) error {
			_, err := functions.ListEventSourceMappings(ctx, "")
			return err
		},
		"lambda:InvokeFunction": func(ctx context.Context) error {
			_, _, err := functions.Invoke(ctx, name, nil)
			return err
		},
		"sns:ListSubscriptionsByTopic": func(ctx context.Context) error {
			_, err := others.ListSubscriptionsByTopic(ctx, name)
			return err
		},
		"dynamodb:DescribeTable": func(ctx context.Context) error {
			_, err := tables.DescribeTable(ctx, table)
			return err
		},
		"dynamodb:DescribeContinuousBackups": func(ctx context.Context) error {
			_, err := tables.DescribeContinuousBackups(ctx, table)
			return err
		},
		"dynamodb:DescribeTimeToLive": func(ctx context.Context) error {
			_, err := tables.DescribeTimeToLive(ctx, table)
			return err
		},
		"dynamodb:DescribeStream": func(ctx context.Context) error {
			_, err := others.DescribeStream(ctx, name)
			return err
		},
		"cloudwatch:DescribeAlarms": func(ctx context.Context) error {
			_, err := others.DescribeAlarms(ctx, name)
			return err
		},
		"cloudwatch:DescribeAlarmHistory": func(ctx context.Context) error {
			_, err := others.DescribeAlarmHistory(ctx, name)
			return err
		},
		"cloudwatch:SetAlarmState": func(ctx context.Context) error {
			return others.SetAlarmState(ctx, name, calls.AlarmOK, name)
		},
		"sts:GetCallerIdentity": func(ctx context.Context) error {
			_, err := others.GetCallerIdentity(ctx)
			return err
		},
		"events:ListRules": func(ctx context.Context) error {
			_, err := bus.Open(cfg, name, time.Now).Rules(ctx)
			return err
		},
	} {
		if f := unknown("x", call(t.Context())); f.Result != Unknown || !strings.Contains(f.Found, right) || !strings.Contains(f.Do, right) {
			t.Errorf("%s: %+v", right, f)
		}
	}
}

func TestExpiringTablesAreThoseOfTheTemplates(t *testing.T) {
	var found []string
	for _, name := range []string{"../../template.yaml", "../../infra/data.yaml"} {
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue // the tables are in one of the two
		}
		var template struct {
			Resources map[string]yaml.Node `yaml:"Resources"`
		}
		if err == nil {
			err = yaml.Unmarshal(text, &template)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, resource := range template.Resources {
			var table struct {
				Type       string `yaml:"Type"`
				Properties struct {
					TableName string `yaml:"TableName"`
					TTL       struct {
						AttributeName string `yaml:"AttributeName"`
					} `yaml:"TimeToLiveSpecification"`
				} `yaml:"Properties"`
			}
			if err := resource.Decode(&table); err != nil || table.Type != kindTable || table.Properties.TTL.AttributeName != expires {
				continue // other kinds of resources have properties of other types
			}
			found = append(found, table.Properties.TableName[strings.LastIndex(table.Properties.TableName, "-")+1:])
		}
	}
	if slices.Sort(found); !slices.Equal(found, expiring) {
		t.Errorf("the templates' tables with a time to live are %q, the doctor checks %q", found, expiring)
	}
}
