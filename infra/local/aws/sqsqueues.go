package aws

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

type queueRequest struct {
	onQueue
	QueueName              string
	QueueOwnerAWSAccountId string
	AttributeNames         []string
}

func (q queueRequest) queueName() string {
	if q.QueueName != "" {
		return q.QueueName
	}
	return q.onQueue.queueName()
}

func (s *Server) queueURL(_ context.Context, _ *call, in *queueRequest) (any, error) {
	q, err := s.queueNamed(in.queueName())
	if err != nil {
		return nil, err
	}
	return map[string]string{"QueueUrl": q.URL}, nil
}

func (s *Server) queueAttributes(_ context.Context, _ *call, in *queueRequest) (any, error) {
	q, err := s.queueNamed(in.queueName())
	if err != nil {
		return nil, err
	}
	all, err := q.attributes()
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for name, v := range all {
		if slices.Contains(in.AttributeNames, name) || slices.Contains(in.AttributeNames, "All") {
			out[name] = v
		}
	}
	return map[string]any{"Attributes": out}, nil
}

func (q *Queue) attributes() (map[string]string, error) {
	n, err := q.Count()
	if err != nil {
		return nil, err
	}
	all := map[string]string{
		"QueueArn":                              q.ARN,
		"ApproximateNumberOfMessages":           strconv.Itoa(n.Visible),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(n.InFlight),
		"ApproximateNumberOfMessagesDelayed":    strconv.Itoa(n.Delayed),
		"VisibilityTimeout":                     strconv.Itoa(int(q.Visibility.Seconds())),
		"MessageRetentionPeriod":                strconv.Itoa(int(q.Retention.Seconds())),
		"DelaySeconds":                          strconv.Itoa(int(q.Delay.Seconds())),
	}
	if q.DeadLetter == "" {
		return all, nil
	}
	redrive, err := json.Marshal(map[string]any{"deadLetterTargetArn": q.DeadLetter, "maxReceiveCount": q.MaxReceiveCount})
	if err != nil {
		return nil, err
	}
	all["RedrivePolicy"] = string(redrive)
	return all, nil
}

func (s *Server) purgeQueue(ctx context.Context, _ *call, in *queueRequest) (any, error) {
	q, err := s.queueNamed(in.queueName())
	if err != nil {
		return nil, err
	}
	return struct{}{}, q.Purge(ctx)
}

type listQueuesRequest struct {
	QueueNamePrefix string
	MaxResults      int
	NextToken       string
}

func (s *Server) listQueues(_ context.Context, _ *call, in *listQueuesRequest) (any, error) {
	urls := []string{}
	for _, q := range s.has().queues {
		if strings.HasPrefix(q.Name, in.QueueNamePrefix) {
			urls = append(urls, q.URL)
		}
	}
	slices.Sort(urls)
	page, next, err := pageOf(urls, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	return map[string]any{"QueueUrls": page, "NextToken": next}, nil
}

// pageOf cuts a page out of a list; the token is where the next one begins.
func pageOf[T any](all []T, token string, limit int) (page []T, next *string, err error) {
	from := 0
	if token != "" {
		if from, err = strconv.Atoi(token); err != nil || from < 0 || from > len(all) {
			return nil, nil, invalid("InvalidNextToken", "the token %q is not one of this endpoint's", token)
		}
	}
	if limit <= 0 || from+limit >= len(all) {
		return all[from:], nil, nil
	}
	t := strconv.Itoa(from + limit)
	return all[from : from+limit], &t, nil
}
