"""Where and how tables are kept: folders and buckets, locks, Parquet, Avro, records and
manifests.
"""
