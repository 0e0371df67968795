package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/template"
)

// secret is a secret's value on disk, under its name.
type secret struct {
	Value   string
	Seed    string // the value it was seeded with
	Version string
	Changed time.Time
}

func (s *Server) secretsManager() *service {
	return &service{
		name: "secretsmanager",
		operations: map[string]operation{
			"GetSecretValue": typed(secretNeeds(s, "GetSecretValue"), s.getSecret),
			"PutSecretValue": typed(secretNeeds(s, "PutSecretValue"), s.putSecret),
			"DescribeSecret": typed(secretNeeds(s, "DescribeSecret"), s.describeSecret),
		},
		throttled: failure{status: http.StatusBadRequest, code: "ThrottlingException"},
		failed:    failure{status: http.StatusInternalServerError, code: "InternalServiceError"},
		denied:    failure{status: http.StatusBadRequest, code: "AccessDeniedException"},
		unknown:   failure{status: http.StatusBadRequest, code: "UnknownOperationException"},
		fail:      failJSON(""),
	}
}

type secretRequest struct {
	SecretId           string
	SecretString       *string
	ClientRequestToken string
	VersionStage       string
}

// secretOf finds a secret by its name or ARN.
func (s *Server) secretOf(id string) (template.Secret, error) {
	for _, sec := range s.template().Secrets {
		if sec.Name == id || sec.ARN == id {
			return sec, nil
		}
	}
	return template.Secret{}, invalid("ResourceNotFoundException", "Secrets Manager can't find the specified secret: the template has no %q", id)
}

func secretNeeds(s *Server, action string) func(*secretRequest) []access {
	return func(in *secretRequest) []access {
		arn := in.SecretId
		if sec, err := s.secretOf(in.SecretId); err == nil {
			arn = sec.ARN
		}
		return []access{need("secretsmanager:"+action, arn)}
	}
}

func (s *Server) getSecret(_ context.Context, _ *call, in *secretRequest) (any, error) {
	sec, v, err := s.readSecret(in.SecretId)
	if err != nil {
		return nil, err
	}
	if in.VersionStage != "" && in.VersionStage != "AWSCURRENT" {
		return nil, invalid("ResourceNotFoundException", "the local stack keeps no version %s of a secret", in.VersionStage)
	}
	if v.Version == "" {
		return nil, invalid("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT")
	}
	return map[string]any{
		"ARN": sec.ARN, "Name": sec.Name, "SecretString": v.Value, "VersionId": v.Version,
		"VersionStages": []string{"AWSCURRENT"}, "CreatedDate": v.Changed.Unix(),
	}, nil
}

func (s *Server) putSecret(_ context.Context, _ *call, in *secretRequest) (any, error) {
	sec, err := s.secretOf(in.SecretId)
	if err != nil {
		return nil, err
	}
	if in.SecretString == nil {
		return nil, invalid("InvalidParameterException", "You must provide SecretString.")
	}
	version := in.ClientRequestToken
	if version == "" {
		version = newID()
	}
	err = s.store.update(func(tx *bolt.Tx) error {
		v, err := loadSecret(tx, sec.Name)
		if err != nil {
			return err
		}
		v.Value, v.Version, v.Changed = *in.SecretString, version, s.now()
		return saveSecret(tx, sec.Name, v)
	})
	if err != nil {
		return nil, fmt.Errorf("keep the secret: %w", err)
	}
	return map[string]any{"ARN": sec.ARN, "Name": sec.Name, "VersionId": version, "VersionStages": []string{"AWSCURRENT"}}, nil
}

func (s *Server) describeSecret(_ context.Context, _ *call, in *secretRequest) (any, error) {
	sec, v, err := s.readSecret(in.SecretId)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"ARN": sec.ARN, "Name": sec.Name}
	if v.Version != "" {
		out["VersionIdsToStages"] = map[string][]string{v.Version: {"AWSCURRENT"}}
		out["LastChangedDate"] = v.Changed.Unix()
	}
	return out, nil
}

func (s *Server) readSecret(id string) (sec template.Secret, v secret, err error) {
	if sec, err = s.secretOf(id); err != nil {
		return sec, v, err
	}
	err = s.store.view(func(tx *bolt.Tx) error {
		v, err = loadSecret(tx, sec.Name)
		return err
	})
	return sec, v, err
}

// SecretValue is a secret's value; empty if it has none.
func (s *Server) SecretValue(name string) (string, error) {
	_, v, err := s.readSecret(name)
	return v.Value, err
}

// seedSecret gives a secret its value from the template or the stack's own
// settings, unless the same was done before: then a value put since stays.
func (s *Server) seedSecret(tx *bolt.Tx, sec template.Secret) error {
	seed := sec.Value
	if own, ok := s.Secrets[sec.Name]; ok {
		seed = own
	}
	v, err := loadSecret(tx, sec.Name)
	if err != nil || seed == "" || v.Seed == seed {
		return err
	}
	return saveSecret(tx, sec.Name, secret{Value: seed, Seed: seed, Version: newID(), Changed: s.now()})
}

func loadSecret(tx *bolt.Tx, name string) (secret, error) {
	var v secret
	raw := tx.Bucket(bucketSecrets).Get([]byte(name))
	if raw == nil {
		return v, nil
	}
	return v, decode(raw, &v)
}

func saveSecret(tx *bolt.Tx, name string, v secret) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketSecrets).Put([]byte(name), raw)
}
