package calls_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/doctor/calls"
	"github.com/payhooks/payhooks/internal/wire/wiretest"
)

const topic = "arn:aws:sns:eu-west-1:1:shop-alarms"

// shards makes the SDK's answer ours.
func shards(ctx context.Context, c *dynamodbstreams.Client) (all []calls.Shard, err error) {
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String("arn:stream")}
	for {
		out, err := c.DescribeStream(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, s := range out.StreamDescription.Shards {
			var own calls.Shard
			own.SequenceNumberRange.EndingSequenceNumber = aws.ToString(s.SequenceNumberRange.EndingSequenceNumber)
			all = append(all, own)
		}
		if in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId; in.ExclusiveStartShardId == nil {
			return all, nil
		}
	}
}

func subscriptions(ctx context.Context, c *sns.Client) (all []calls.Subscription, err error) {
	pages := sns.NewListSubscriptionsByTopicPaginator(c, &sns.ListSubscriptionsByTopicInput{TopicArn: aws.String(topic)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range page.Subscriptions {
			all = append(all, calls.Subscription{ARN: aws.ToString(s.SubscriptionArn), Protocol: aws.ToString(s.Protocol), Endpoint: aws.ToString(s.Endpoint)})
		}
	}
	return all, nil
}

// alarms is the SDK's client, which speaks CBOR if it is not changed.
func alarms(cfg aws.Config) *cloudwatch.Client {
	return cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) { o.Protocol = awsjson.New10(schemas.GraniteServiceVersion20100801) })
}

// noAlarm has the error's name of each of CloudWatch's protocols.
var noAlarm = wiretest.Answer{
	Status: 404, Header: map[string]string{"X-Amzn-Query-Error": "ResourceNotFound;Sender"},
	Body: `{"__type":"com.amazonaws.cloudwatch#ResourceNotFoundException","message":"no such alarm"}`,
}

// all are the calls, with what AWS answers.
var all = map[string]struct {
	answers      []wiretest.Answer
	denied       wiretest.Answer
	ours, theirs func(context.Context, aws.Config) (any, error)
}{
	"caller": {
		[]wiretest.Answer{{Body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/ada</Arn><UserId>AIDA</UserId><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`}},
		wiretest.Answer{Status: 403, Body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>`},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			return calls.New(cfg, time.Now).GetCallerIdentity(ctx)
		},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
			if err != nil {
				return "", err
			}
			return *out.Arn, nil
		},
	},
	"account of SES": {
		[]wiretest.Answer{{Body: `{"SendingEnabled":true,"ProductionAccessEnabled":false,"SendQuota":{"Max24HourSend":200.0}}`}},
		wiretest.Answer{Status: 403, Header: map[string]string{"X-Amzn-Errortype": "AccessDeniedException"}, Body: `{"message":"no"}`},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			return calls.New(cfg, time.Now).GetAccount(ctx)
		},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			out, err := sesv2.NewFromConfig(cfg).GetAccount(ctx, nil)
			if err != nil {
				return calls.MailAccount{}, err
			}
			return calls.MailAccount{SendingEnabled: out.SendingEnabled, ProductionAccessEnabled: out.ProductionAccessEnabled}, nil
		},
	},
	"identity of SES": {
		[]wiretest.Answer{{Body: `{"IdentityType":"EMAIL_ADDRESS","VerifiedForSendingStatus":true,"DkimAttributes":{"SigningEnabled":false}}`}},
		wiretest.Answer{Status: 404, Header: map[string]string{"X-Amzn-Errortype": "NotFoundException"}, Body: `{"message":"Email identity <shop+1@example.com> does not exist."}`},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			return calls.New(cfg, time.Now).GetEmailIdentity(ctx, "shop+1/ü@example.com")
		},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			out, err := sesv2.NewFromConfig(cfg).GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("shop+1/ü@example.com")})
			if err != nil {
				return false, err
			}
			return out.VerifiedForSendingStatus, nil
		},
	},
	"alarm": {
		[]wiretest.Answer{{Body: `{"MetricAlarms":[{"AlarmName":"shop-gap","StateValue":"OK","ActionsEnabled":true,"StateUpdatedTimestamp":1795305600.5}],"CompositeAlarms":[]}`}},
		wiretest.Answer{Status: 403, Body: `{"__type":"AccessDenied","message":"no"}`},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			return calls.New(cfg, time.Now).DescribeAlarms(ctx, "shop-gap")
		},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			out, err := alarms(cfg).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"shop-gap"}})
			if err != nil {
				return []calls.Alarm(nil), err
			}
			return []calls.Alarm{{StateValue: string(out.MetricAlarms[0].StateValue), ActionsEnabled: *out.MetricAlarms[0].ActionsEnabled}}, nil
		},
	},
	"alarm set": {
		nil, noAlarm,
		func(ctx context.Context, cfg aws.Config) (any, error) {
			return nil, calls.New(cfg, time.Now).SetAlarmState(ctx, "shop-gap", calls.AlarmOn, "a test")
		},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			_, err := alarms(cfg).SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("shop-gap"), StateValue: types.StateValueAlarm, StateReason: aws.String("a test")})
			return nil, err
		},
	},
	"alarm's newest action": {
		[]wiretest.Answer{{Body: `{"AlarmHistoryItems":[{"AlarmName":"shop-gap","Timestamp":1795305600.125,"HistoryItemType":"Action","HistoryData":"{\"actionState\":\"Succeeded\"}","HistorySummary":"done"}],"NextToken":"more"}`}},
		noAlarm,
		func(ctx context.Context, cfg aws.Config) (any, error) {
			got, err := calls.New(cfg, time.Now).DescribeAlarmHistory(ctx, "shop-gap")
			if err != nil {
				return nil, err
			}
			return []any{got[0].At(), got[0].HistoryData, got[0].HistorySummary}, nil
		},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			out, err := alarms(cfg).DescribeAlarmHistory(ctx, &cloudwatch.DescribeAlarmHistoryInput{
				AlarmName: aws.String("shop-gap"), HistoryItemType: types.HistoryItemTypeAction, ScanBy: types.ScanByTimestampDescending, MaxRecords: aws.Int32(1),
			})
			if err != nil {
				return nil, err
			}
			item := out.AlarmHistoryItems[0]
			return []any{*item.Timestamp, *item.HistoryData, *item.HistorySummary}, nil
		},
	},
	"subscriptions": {
		[]wiretest.Answer{
			{Body: `<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult><NextToken>a+b=</NextToken><Subscriptions><member><TopicArn>` + topic + `</TopicArn><Protocol>email</Protocol><SubscriptionArn>PendingConfirmation</SubscriptionArn><Owner>1</Owner><Endpoint>a@example.com</Endpoint></member></Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`},
			{Body: `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions><member><Protocol>https</Protocol><SubscriptionArn>` + topic + `:1</SubscriptionArn><Endpoint>https://x?a=1&amp;b=2</Endpoint></member></Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`},
		},
		wiretest.Answer{Status: 403, Body: `<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>`},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			return calls.New(cfg, time.Now).ListSubscriptionsByTopic(ctx, topic)
		},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			return subscriptions(ctx, sns.NewFromConfig(cfg))
		},
	},
	"shards": {
		[]wiretest.Answer{
			{Body: `{"StreamDescription":{"StreamStatus":"ENABLED","Shards":[{"ShardId":"1","SequenceNumberRange":{"StartingSequenceNumber":"1","EndingSequenceNumber":"2"}}],"LastEvaluatedShardId":"shardId-1"}}`},
			{Body: `{"StreamDescription":{"Shards":[{"ShardId":"2","SequenceNumberRange":{"StartingSequenceNumber":"3"}}]}}`},
		},
		wiretest.Answer{Status: 400, Body: `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}`},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			return calls.New(cfg, time.Now).DescribeStream(ctx, "arn:stream")
		},
		func(ctx context.Context, cfg aws.Config) (any, error) {
			return shards(ctx, dynamodbstreams.NewFromConfig(cfg))
		},
	},
}

func TestCallsAskReadAndFailAsTheSDK(t *testing.T) {
	for name, c := range all {
		broken := wiretest.Answer{Status: 503}
		for when, before := range map[string][]wiretest.Answer{"at once": nil, "after a lost reply": {wiretest.Lost}, "after an error of the service": {broken}, "down": {broken, broken, broken}, "denied": {c.denied}} {
			t.Run(name+" "+when, func(t *testing.T) {
				var got, want any
				var ours, theirs error
				wiretest.Same(t, append(before, c.answers...),
					func(cfg aws.Config) { got, ours = c.ours(t.Context(), cfg) },
					func(cfg aws.Config) { want, theirs = c.theirs(t.Context(), cfg) })
				if (ours == nil) != (theirs == nil) || when == "denied" && of(ours) != of(theirs) || ours == nil && !cmp.Equal(got, want) {
					t.Errorf("%v, %v; the SDK has %v, %v", got, ours, want, theirs)
				}
			})
		}
	}
}

// of is what people and code read of an error.
func of(err error) string {
	var api smithy.APIError
	var op *smithy.OperationError
	if !errors.As(err, &api) || !errors.As(err, &op) {
		return ""
	}
	return op.Service() + "." + op.Operation() + " " + api.ErrorCode() + ": " + api.ErrorMessage()
}

func TestStatesAreCloudWatchs(t *testing.T) {
	if calls.AlarmOn != string(types.StateValueAlarm) || calls.AlarmOK != string(types.StateValueOk) {
		t.Errorf("%s, %s", calls.AlarmOn, calls.AlarmOK)
	}
}
