"""Storage of tables: folders and buckets, locks, Parquet, Avro, records and manifests."""
